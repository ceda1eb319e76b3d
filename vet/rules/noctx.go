// Calls that could have been given the context in reach and were not. This file has the rule; noctx_waits.go has what says that
// a call waits, noctx_knows.go what says that it knows the context all the same.

package rules

import (
	"go/ast"
	"go/types"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/ast/inspector"

	"github.com/braid-go/braid/vet/internal/code"
)

// NoCtx finds blocking calls without a context where one is in reach.
var NoCtx = register(&Rule{
	Name:  "noctx",
	Title: "a call is not given the context in reach",
	Why: "A request, query, command, dial or look-up that does not know the context goes on when the context has ended: " +
		"the caller is kept, and what was asked for is thrown away when it comes.",
	Wrong: `
func user(ctx context.Context, db *sql.DB, id int) (name string, err error) {
	err = db.QueryRow("select name from users where id = ?", id).Scan(&name)
	return name, err
}
`,
	Right: `
func user(ctx context.Context, db *sql.DB, id int) (name string, err error) {
	err = db.QueryRowContext(ctx, "select name from users where id = ?", id).Scan(&name)
	return name, err
}
`,
	Exempt: "`main` and `init`; what is deferred or a cleanup; what is reached only when the context has ended; a request that is given its context afterwards, by `WithContext`, or that is written to a connection by hand, returned, or sent by nobody in sight; " +
		"a command that is started and not waited for, or only by a goroutine that goes on, or that has the terminal's input, or, made as a literal, is handed on or has its process ended; a function that is itself the twin with the context; `Marshal…` and `Unmarshal…`; gRPC's `Dial`, which connects later, without `WithBlock`; functions that write logs or only take a text and values, and those named `New…`, which " +
		"do not wait; a call with an argument or a receiver that is made of the context, or whose result is used with it, or is an object that is kept in a field; a connection that a goroutine or callback closes when the context ends, or the function that has started the call on a goroutine; " +
		"a context that the function has made of none that it was given, outside of tasks; a context that was put into a field before, where what is called may find it.",
	Shapes: []Shape{
		{Name: "http", Severity: Warning, What: "http.Get and the like, http.NewRequest, a literal of http.Request that is sent"},
		{Name: "net", Severity: Warning, What: "net.Dial, net.Lookup…, tls.Dial"},
		{Name: "twin", Severity: Warning, What: "a function that has a twin with a context, F beside FContext, FWithContext or FCtx, or Begin beside BeginTx, and is known to wait as that does: those of the standard library and of database/sql's kind, those that call their twin with a fresh context, those of the package that wait in sight; a literal of exec.Cmd that is run"},
		{Name: "unseen", Severity: Note, Off: true, What: "another function with a twin, which may do more than it, and a dial that asks no network (udp, unix)"},
		{Name: "cleanup", Severity: Note, Off: true, What: "any of them in a branch where something has failed, or in a function that by its name or its comment cleans up, closes or shuts down"},
	},
}, func(c *check) {
	for fn := range c.Decls { // for those who import the package
		if t := twin(fn); fn.Exported() && t != nil && c.sheds(fn, t) {
			c.ExportObjectFact(fn, new(shedsFact))
		}
	}
	for cur := range c.Root.Preorder((*ast.CallExpr)(nil), (*ast.CompositeLit)(nil)) {
		call, ok := cur.Node().(*ast.CallExpr)
		if !ok || c.Builtin(call) == "new" {
			c.madeBare(cur, c.Info.TypeOf(cur.Node().(ast.Expr)))
			continue
		}
		fn := code.Callee(c.Info, call)
		if fn == nil || fn.Pkg() == nil || fn.Signature().Params().Len() > 0 && code.IsContext(fn.Signature().Params().At(0).Type()) {
			continue
		}
		shape, better := ctxForm(fn)
		if shape == "" || shape == "twin" && (says(fn) || c.logs(call)) {
			continue
		}
		r := c.reach(cur)
		if r == nil || r.Request && fn.Pkg().Path() == "os/exec" || c.givenLater(cur, call, fn) || c.isTwin(cur, fn) || c.knows(cur, call, r, shape) || c.ofOwn(r) || shape == "twin" && (c.closedWith(cur, call) || c.usedWith(cur, r) || c.keptAs(cur)) {
			continue
		}
		switch {
		case c.cleansUp(cur, call):
			shape = "cleanup"
		case shape == "twin" && !c.waits(fn, 0) || c.dialsNear(call, fn):
			shape = "unseen"
		}
		c.report(call, shape, code.CalleeName(call)+" does not know "+r.Name()+": use "+better)
	}
})

// ctxForm gives the better form of a function that takes no context.
func ctxForm(fn *types.Func) (shape, better string) {
	for _, name := range []string{"Get", "Head", "Post", "PostForm", "Client.Get", "Client.Head", "Client.Post", "Client.PostForm"} {
		if code.Is(fn, "net/http", name) {
			return "http", "http.NewRequestWithContext and Do"
		}
	}
	if code.Is(fn, "net/http", "NewRequest") {
		return "http", "http.NewRequestWithContext"
	}
	if path := fn.Pkg().Path(); path == "net" && fn.Signature().Recv() == nil {
		switch {
		case fn.Name() == "Dial" || fn.Name() == "DialTimeout":
			return "net", "net.Dialer.DialContext"
		case strings.HasPrefix(fn.Name(), "Lookup") && fn.Name() != "LookupPort": // that asks no network
			return "net", "net.Resolver." + fn.Name() + ", with the context"
		}
		return "", ""
	} else if path == "crypto/tls" && (fn.Name() == "Dial" || fn.Name() == "DialWithDialer") {
		return "net", "tls.Dialer.DialContext"
	}
	if t := twin(fn); t != nil {
		return "twin", t.Name()
	}
	return "", ""
}

// twin gives the function or method beside fn that is the same with a context
// before the other parameters.
func twin(fn *types.Func) *types.Func {
	if strings.Contains(fn.Pkg().Path(), "log") || strings.HasPrefix(fn.Name(), "Log") || strings.HasPrefix(fn.Name(), "New") {
		return nil
	}
	recv := fn.Signature().Recv()
	for _, suffix := range []string{"Context", "WithContext", "Ctx"} {
		name := fn.Name() + suffix
		var o types.Object
		if recv == nil {
			if fn.Parent() == fn.Pkg().Scope() {
				o = fn.Pkg().Scope().Lookup(name)
			}
		} else {
			o, _, _ = types.LookupFieldOrMethod(recv.Type(), true, fn.Pkg(), name)
		}
		if t, ok := o.(*types.Func); ok && t.Exported() == fn.Exported() && withCtx(fn.Signature(), t.Signature()) {
			return t
		}
	}
	if recv != nil && fn.Name() == "Begin" { // whose twin takes options as well
		o, _, _ := types.LookupFieldOrMethod(recv.Type(), true, fn.Pkg(), "BeginTx")
		if t, ok := o.(*types.Func); ok && t.Signature().Params().Len() == 2 && code.IsContext(t.Signature().Params().At(0).Type()) {
			return t
		}
	}
	return nil
}

// withCtx tells whether b is a with a context first.
func withCtx(a, b *types.Signature) bool {
	pa, pb := a.Params(), b.Params()
	if pb.Len() != pa.Len()+1 || !code.IsContext(pb.At(0).Type()) || a.Variadic() != b.Variadic() || a.Results().Len() != b.Results().Len() {
		return false
	}
	for i := range pa.Len() {
		if !types.Identical(pa.At(i).Type(), pb.At(i+1).Type()) {
			return false
		}
	}
	for i := range a.Results().Len() {
		if !types.Identical(a.Results().At(i).Type(), b.Results().At(i).Type()) {
			return false
		}
	}
	return true
}

// givenLater tells whether what the call makes is given a context afterwards
// (req.WithContext), or is a command that is started and not waited for.
func (c *check) givenLater(cur inspector.Cursor, call *ast.CallExpr, fn *types.Func) bool {
	request, command := code.Is(fn, "net/http", "NewRequest"), code.Is(fn, "os/exec", "Command")
	if !request && !command {
		return false
	}
	if command && startedOnly(cur) {
		return true
	}
	v := c.assignedTo(cur)
	if v == nil {
		return false
	}
	if command && c.Escapes(v) {
		return true
	}
	if command && c.hasTerminal(v) {
		return true
	}
	if request && !c.sent(v) {
		return true
	}
	started, waited := false, false
	for _, use := range c.Uses[v] {
		switch c.UseOf(use) {
		case code.Stored, code.Returned: // it may be given one where it is used
			if request {
				return true
			}
		case code.Argument: // along with one
			if call, ok := use.Parent().Node().(*ast.CallExpr); ok && request && c.CtxArg(call) != nil {
				return true
			}
		}
		sel, ok := use.Parent().Node().(*ast.SelectorExpr)
		if !ok {
			continue
		}
		switch sel.Sel.Name {
		case "WithContext", "Clone", "Cancel": // Cancel is what contexts replaced
			return true
		case "Write", "WriteProxy": // written to a connection by hand, which no context ends
			return request
		case "Start":
			started = true
		case "Wait", "Run", "Output", "CombinedOutput":
			waited = true
			if t := c.TaskAround(use); t != nil && t.Kind == code.Bare && !code.Within(cur.Node(), t.Call) && !c.joins(t) { // it goes on, as the goroutine does
				return command
			}
		}
	}
	return command && started && !waited
}

// sent tells whether a request goes to some call that gives something back, and is not named for what it fills in: a request that is only filled in
// asks nobody.
func (c *check) sent(req *types.Var) bool {
	return slices.ContainsFunc(c.Uses[req], func(use inspector.Cursor) bool {
		switch c.UseOf(use) {
		case code.Argument:
			if call, ok := use.Parent().Node().(*ast.CallExpr); ok {
				t, isTuple := c.Info.TypeOf(call).(*types.Tuple)
				return !(isTuple && t.Len() == 0 || code.IsError(c.Info.TypeOf(call)) && fillsIn.MatchString(code.CalleeName(call)))
			}
		case code.Read, code.Method:
			return false
		}
		return true
	})
}

var fillsIn = regexp.MustCompile(`(?i)^(fill|set|add|sign|apply|inject|decorate|authoriz|authenticat)`)

// assignedTo gives the local variable that takes the first result of the call, or nil.
func (c *check) assignedTo(cur inspector.Cursor) *types.Var {
	if as, ok := cur.Parent().Node().(*ast.AssignStmt); ok && len(as.Rhs) == 1 {
		if id, ok := as.Lhs[0].(*ast.Ident); ok && id.Name != "_" {
			if v := code.Var(c.Info, id); code.IsLocal(v) {
				return v
			}
		}
	}
	return nil
}

// isTwin tells whether the function around is named like one of fn's twins: it
// is the one that brings the context in.
func (c *check) isTwin(cur inspector.Cursor, fn *types.Func) bool {
	decl, _ := code.DeclAround(cur)
	return decl != nil && strings.HasPrefix(decl.Name.Name, fn.Name()) && fn.Pkg() == c.Pkg
}
