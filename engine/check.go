package engine

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"unicode"
)

// This file refuses, while the program starts, what could not cross to another
// machine.

func checkName(name string) {
	switch {
	case name == "":
		panic("engine: Define called with an empty name")
	case len(name) > maxName:
		panic(fmt.Sprintf("engine: the name of a task has at most %d bytes, not %d", maxName, len(name)))
	case strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f || r == '/' }):
		panic(fmt.Sprintf("engine: the name %q of a task has a slash or a control character", name))
	}
}

// checkFunction refuses what carries values of this process with it.
func checkFunction(task string, fn any) {
	f := runtime.FuncForPC(reflect.ValueOf(fn).Pointer())
	if f == nil {
		return
	}
	full := f.Name()
	name := full[strings.LastIndexByte(full, '/')+1:]
	if strings.HasSuffix(name, "-fm") {
		panic(fmt.Sprintf("engine: task %s is the method value %s: its receiver would not come along; use a function", task, strings.TrimSuffix(name, "-fm")))
	}
	_, in, _ := strings.Cut(name, ".")
	if within := enclosing(in); within != "" {
		panic(fmt.Sprintf("engine: task %s is a function literal within %s: what it captures would not come along; define it where the program starts, for a variable of the package", task, within))
	}
}

// enclosing gives the function that a literal stands in, by the literal's name, or "" if
// that is where the program starts, or if it is no literal.
//
// The compiler names literals after what they stand in: init.func1 for those of a
// package's variables (once glob..func1), init.0.func1 for those of an init function, and
// f.func1 and f.func1.1 within others. Where it has put f in place of its call these become
// init.f.func1, and the body of a loop over a sequence in an init function
// init.0.….init.0-range1.
func enclosing(name string) string {
	i := strings.LastIndex(name, ".func")
	if i < 0 {
		return ""
	}
	outer, number := name[:i], name[i+len(".func"):]
	number, _, nested := strings.Cut(number, ".")
	switch {
	case !digits(number):
		return ""
	case nested:
		return name[:i+len(".func")+len(number)]
	}
	start := outer
	if k := strings.LastIndex(start, "-range"); k >= 0 && digits(start[k+len("-range"):]) {
		start = start[:k]
		if k := strings.LastIndex(start, ".init."); k >= 0 {
			start = start[k+1:]
		}
	}
	if start == "init" || start == "glob." || strings.HasPrefix(start, "init.") && digits(start[len("init."):]) {
		return ""
	}
	return outer
}

func digits(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}

var (
	jsonOut = reflect.TypeFor[json.Marshaler]()
	jsonIn  = reflect.TypeFor[json.Unmarshaler]()
	textOut = reflect.TypeFor[encoding.TextMarshaler]()
	textIn  = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// checkType refuses types that JSON would not give back as they were.
func checkType(task, role string, t reflect.Type) {
	if why := lost(place{t, true}, map[place]bool{}); why != "" {
		panic(fmt.Sprintf("engine: the %s of task %s, %v, would not arrive as it is sent: %s", role, task, t, why))
	}
}

// A place is where values of a type are written: in a map they have no address, so that
// methods of a pointer to them are not called.
type place struct {
	t         reflect.Type
	addressed bool
}

// lost tells what of a type would be lost on the way, or "".
func lost(p place, seen map[place]bool) string {
	t := p.t
	if seen[p] || p.speaks(jsonOut, jsonIn) || p.speaks(textOut, textIn) {
		return ""
	}
	seen[p] = true
	if !p.addressed && (place{t, true}.speaks(jsonOut, jsonIn) || place{t, true}.speaks(textOut, textIn)) {
		return fmt.Sprintf("only a pointer to %v writes itself, which a value in a map has none of", t)
	}
	switch t.Kind() {
	case reflect.Chan, reflect.Func, reflect.UnsafePointer, reflect.Uintptr, reflect.Complex64, reflect.Complex128:
		return fmt.Sprintf("%v has no form in JSON", t)
	case reflect.Interface:
		return fmt.Sprintf("%v does not say which type to make of it", t)
	case reflect.Pointer, reflect.Slice:
		return lost(place{t.Elem(), true}, seen)
	case reflect.Array:
		return lost(place{t.Elem(), p.addressed}, seen)
	case reflect.Map:
		switch k := t.Key(); {
		case place{k, false}.speaks(textOut, textIn):
		case place{k, true}.speaks(textOut, textIn):
			return fmt.Sprintf("only a pointer to %v writes itself, which a key has none of", k)
		case k.Kind() == reflect.String, k.Kind() >= reflect.Int && k.Kind() <= reflect.Uint64:
		default:
			return fmt.Sprintf("keys of type %v have no form in JSON", k)
		}
		return lost(place{t.Elem(), false}, seen)
	case reflect.Struct:
		return lostField(p, map[string]string{}, map[reflect.Type]bool{}, seen)
	}
	return ""
}

// lostField is lost for a struct, or for one that is embedded in it, whose fields JSON takes
// for those of the whole. The names are those of the whole, each with its field.
func lostField(p place, names map[string]string, within map[reflect.Type]bool, seen map[place]bool) string {
	if within[p.t] {
		return fmt.Sprintf("%v is embedded in itself", p.t)
	}
	within[p.t] = true
	defer delete(within, p.t)
	for i := range p.t.NumField() {
		f := p.t.Field(i)
		tag := f.Tag.Get("json")
		if tag == "-" {
			continue
		}
		name, _, _ := strings.Cut(tag, ",")
		if strings.ContainsFunc(name, noName) {
			name = "" // which JSON takes no notice of
		}
		field := fmt.Sprintf("field %s of %v", f.Name, p.t)
		inner := place{f.Type, p.addressed}
		if f.Anonymous && f.Type.Kind() == reflect.Pointer {
			inner = place{f.Type.Elem(), true}
		}
		embeds := f.Anonymous && inner.t.Kind() == reflect.Struct
		switch {
		case f.IsExported():
		case !embeds:
			return field + " is not exported"
		case f.Type.Kind() == reflect.Pointer:
			return field + " is a pointer to a type that is not exported"
		}
		if embeds && name == "" {
			if why := lostField(inner, names, within, seen); why != "" {
				return why
			}
			continue
		}
		if name == "" {
			name = f.Name
		}
		if other := names[name]; other != "" {
			return fmt.Sprintf("%s and %s are both called %q in JSON", other, field, name)
		}
		names[name] = field
		if why := lost(place{f.Type, p.addressed}, seen); why != "" {
			return why
		}
	}
	return ""
}

// noName tells whether the name of a field in JSON cannot have r.
func noName(r rune) bool {
	return !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", r) && !unicode.IsLetter(r) && !unicode.IsDigit(r)
}

// speaks tells whether what is there writes and reads itself. JSON does not ask a pointer to a
// type without a name to read.
func (p place) speaks(out, in reflect.Type) bool {
	pointer := reflect.PointerTo(p.t)
	writes := p.t.Implements(out) || p.addressed && pointer.Implements(out)
	reads := p.t.Implements(in) || p.t.Name() != "" && pointer.Implements(in)
	return writes && reads && p.t.Kind() != reflect.Interface
}
