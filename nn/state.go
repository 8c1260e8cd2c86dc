package nn

import "strconv"

// NamedParam is a parameter with its full name.
type NamedParam struct {
	Name string // as PyTorch's state_dict has it: "0.weight", "3.1.bias"
	Site string // as reports have it: "dense_1", "residual_1/dense_2"
	*Param
}

// Named lists all parameters of a model under the names that they have in the
// state_dict of the torch.nn.Sequential of the same modules: layer i of a
// [Sequential] has the prefix "i.", an activation counting as a layer. A
// [Residual] counts as one module that is itself a Sequential, and a [Parallel]
// as one whose modules are its branches.
func Named(model Layer) []NamedParam { return named(nil, model, "", "") }

func named(list []NamedParam, l Layer, prefix, site string) []NamedParam {
	c, ok := l.(Container)
	if !ok {
		for _, p := range l.Params() {
			list = append(list, NamedParam{prefix + p.Name, site, p})
		}
		return list
	}
	for _, p := range ownParams(c) {
		list = append(list, NamedParam{prefix + p.Name, site, p})
	}
	var sites []string
	if s, ok := l.(interface{ Sites() []string }); ok {
		sites = s.Sites()
	}
	for i, child := range c.Children() {
		at := site
		if sites != nil {
			at = sites[i]
			if site != "" {
				at = site + "/" + at
			}
		}
		list = named(list, child, prefix+strconv.Itoa(i)+".", at)
	}
	return list
}

// ownParams returns the parameters of a container that belong to none of its
// children.
func ownParams(c Container) []*Param {
	own := c.Params()
	n := len(own)
	for _, child := range c.Children() {
		n -= len(child.Params())
	}
	return own[:n]
}
