package nn

import (
	"reflect"
	"strings"
	"unicode"
)

// KindOf returns the kind of a layer, as a spec file would write it.
func KindOf(l Layer) string {
	if k, ok := l.(Kinder); ok {
		return k.Kind()
	}
	t := reflect.TypeOf(l)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	var b strings.Builder
	for i, r := range t.Name() {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	if b.Len() == 0 {
		return "layer"
	}
	return b.String()
}

// StageOf returns the stage of a layer.
func StageOf(l Layer) Stage {
	if s, ok := l.(Stager); ok {
		return s.Stage()
	}
	return StageLayer
}

// joinSite returns the path of a site below a container. The pass remembers the
// paths, so that measuring a network with containers allocates nothing after
// the first step.
func (p *Pass) joinSite(container, site string) string {
	key := [2]string{container, site}
	path, ok := p.paths[key]
	if !ok {
		if p.paths == nil {
			p.paths = map[[2]string]string{}
		}
		path = container + "/" + site
		p.paths[key] = path
	}
	return path
}
