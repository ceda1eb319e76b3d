// What things are: callees, contexts, named types, variables.

package code

import (
	"go/ast"
	"go/constant"
	"go/types"
	"strings"

	"golang.org/x/tools/go/types/typeutil"
)

// Callee gives the function or method that is called (the generic one, if it is
// an instance; the interface's, if the call is dynamic), or nil for a function value, a
// conversion or a builtin.
func Callee(info *types.Info, call *ast.CallExpr) *types.Func {
	fn, _ := typeutil.Callee(info, call).(*types.Func)
	if fn != nil {
		fn = fn.Origin()
	}
	return fn
}

// Is tells whether fn is the function of that package, by "Name" or "Type.Method"
// (a pointer's method too). A vendored copy counts.
func Is(fn *types.Func, path, name string) bool {
	if fn == nil || fn.Pkg() == nil || !samePath(fn.Pkg().Path(), path) {
		return false
	}
	typ, method, isMethod := strings.Cut(name, ".")
	recv := fn.Signature().Recv()
	if !isMethod {
		return recv == nil && fn.Name() == name
	}
	return recv != nil && fn.Name() == method && namedName(recv.Type()) == typ
}

// IsCall tells whether the call is of one of these functions of the package.
func IsCall(info *types.Info, call *ast.CallExpr, path string, names ...string) bool {
	fn := Callee(info, call)
	for _, name := range names {
		if Is(fn, path, name) {
			return true
		}
	}
	return false
}

func samePath(got, want string) bool {
	return got == want || strings.HasSuffix(got, "/vendor/"+want)
}

func namedName(t types.Type) string {
	if n := named(t); n != nil {
		return n.Obj().Name()
	}
	return ""
}

func named(t types.Type) *types.Named {
	if t == nil {
		return nil
	}
	t = types.Unalias(t)
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	n, _ := t.(*types.Named)
	return n
}

// IsNamed tells whether t is that named type, or a pointer to it.
func IsNamed(t types.Type, path, name string) bool {
	n := named(t)
	return n != nil && n.Obj().Name() == name && n.Obj().Pkg() != nil && samePath(n.Obj().Pkg().Path(), path)
}

// IsContext tells whether t is context.Context itself.
func IsContext(t types.Type) bool { return IsNamed(t, "context", "Context") }

// IsError tells whether t is the type error.
func IsError(t types.Type) bool {
	return t != nil && types.Identical(t, types.Universe.Lookup("error").Type())
}

// CtxParam gives the first parameter of type context.Context that has a name, or nil.
func CtxParam(info *types.Info, f *ast.FuncType) *types.Var {
	for _, field := range f.Params.List {
		for _, name := range field.Names {
			if v, ok := info.Defs[name].(*types.Var); ok && name.Name != "_" && IsContext(v.Type()) {
				return v
			}
		}
	}
	return nil
}

// ErrResult gives the index of the last result if that is an error, else -1.
func ErrResult(info *types.Info, f *ast.FuncType) int {
	if f.Results == nil {
		return -1
	}
	n := f.Results.NumFields()
	if last := f.Results.List[len(f.Results.List)-1]; IsError(info.TypeOf(last.Type)) {
		return n - 1
	}
	return -1
}

// Var gives the variable that an identifier means, or of x.f the field f; nil
// for anything else. Parentheses, & and * are looked through.
func Var(info *types.Info, e ast.Expr) *types.Var {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		v, _ := info.ObjectOf(e).(*types.Var)
		return v
	case *ast.SelectorExpr:
		v, _ := info.ObjectOf(e.Sel).(*types.Var)
		return v
	case *ast.UnaryExpr:
		return Var(info, e.X)
	case *ast.StarExpr:
		return Var(info, e.X)
	}
	return nil
}

// IsLocal tells whether v is declared in a function: neither field nor global.
func IsLocal(v *types.Var) bool {
	return v != nil && !v.IsField() && v.Pkg() != nil && v.Parent() != v.Pkg().Scope()
}

// IntValue gives the value of a constant expression.
func IntValue(info *types.Info, e ast.Expr) (int64, bool) {
	tv, ok := info.Types[e]
	if !ok || tv.Value == nil {
		return 0, false
	}
	return constant.Int64Val(constant.ToInt(tv.Value))
}
