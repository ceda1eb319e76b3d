package engine

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"runtime"
	"strings"
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
	if why := lost(t, map[reflect.Type]bool{}); why != "" {
		panic(fmt.Sprintf("engine: the %s of task %s, %v, would not arrive as it is sent: %s", role, task, t, why))
	}
}

// lost tells what of a type would be lost on the way, or "".
func lost(t reflect.Type, seen map[reflect.Type]bool) string {
	if seen[t] || speaks(t, jsonOut, jsonIn) || speaks(t, textOut, textIn) {
		return ""
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Chan, reflect.Func, reflect.UnsafePointer, reflect.Uintptr, reflect.Complex64, reflect.Complex128:
		return fmt.Sprintf("%v has no form in JSON", t)
	case reflect.Interface:
		return fmt.Sprintf("%v does not say which type to make of it", t)
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return lost(t.Elem(), seen)
	case reflect.Map:
		switch k := t.Key(); {
		case k.Kind() == reflect.String, k.Kind() >= reflect.Int && k.Kind() <= reflect.Uint64, speaks(k, textOut, textIn):
		default:
			return fmt.Sprintf("keys of type %v have no form in JSON", k)
		}
		return lost(t.Elem(), seen)
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			if f.Tag.Get("json") == "-" {
				continue
			}
			if !f.IsExported() && !f.Anonymous {
				return fmt.Sprintf("field %s of %v is not exported", f.Name, t)
			}
			if why := lost(f.Type, seen); why != "" {
				return why
			}
		}
	}
	return ""
}

// speaks tells whether t, or a pointer to it, writes and reads itself.
func speaks(t, out, in reflect.Type) bool {
	p := reflect.PointerTo(t)
	return (t.Implements(out) || p.Implements(out)) && (t.Implements(in) || p.Implements(in)) && t.Kind() != reflect.Interface
}
