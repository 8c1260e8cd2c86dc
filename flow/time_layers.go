package flow

import "github.com/ebb-ml/ebb/nn"

// recurrent is one direction of one recurrent layer of a model.
type recurrent struct {
	site      string // of its events
	layer     overTime
	direction nn.Direction
}

type recurrents []recurrent

// overTime is an [nn.Recurrent], an [nn.Cell] or a layer that embeds one.
type overTime interface {
	Kind() string
	Config() nn.RecurrentConfig
	Hidden() int
	Out() int
	Directions() []nn.Direction
}

// recurrentsOf lists those of a model in the order of the way back.
func recurrentsOf(model nn.Layer) recurrents { return appendRecurrents(nil, model, "") }

func appendRecurrents(list recurrents, l nn.Layer, site string) recurrents {
	if c, ok := l.(nn.Container); ok {
		children, sites := c.Children(), sitesOf(c)
		for i := len(children) - 1; i >= 0; i-- {
			list = appendRecurrents(list, children[i], join(site, sites, i))
		}
		return list
	}
	r, ok := l.(overTime)
	if !ok {
		return list
	}
	all := r.Directions()
	wide := r.Out() / r.Hidden() // directions of a layer, which report in their order
	for i := len(all) - wide; i >= 0; i -= wide {
		for _, d := range all[i : i+wide] {
			at := site
			if len(all) > 1 {
				at = site + "/" + d.Name()
			}
			list = append(list, recurrent{at, r, d})
		}
	}
	return list
}

// at returns the one that reports from a site; nil if there is none.
func (list recurrents) at(site string) *recurrent {
	for i := range list {
		if list[i].site == site {
			return &list[i]
		}
	}
	return nil
}
