// Calls that only say what happens: they write a log, trace or measure. They may be given any context, a dead one too,
// and what is only told to them is not handled.

package rules

import (
	"go/ast"
	"go/types"
	"regexp"
	"strings"

	"github.com/braid-go/braid/vet/internal/code"
)

var observing = regexp.MustCompile(`^(s?log|tracing|trace|tracer|span|metric|telemetry|otel|meter)($|[^io])|(Log($|[^io])|Trac(e|ing)|Span|Metric|Telemetry|O[Tt]el|Meter)|^Observe($|[A-Z])`)

// observes tells whether a call only logs, traces or measures, reads values or
// asks why a context ended.
func (c *check) observes(call *ast.CallExpr) bool {
	if givesLog(c.Info.TypeOf(call)) {
		return true
	}
	fn := code.Callee(c.Info, call)
	if fn == nil || fn.Pkg() == nil {
		return observing.MatchString(code.CalleeName(call))
	}
	if code.Is(fn, "context", "WithoutCancel") || code.Is(fn, "context", "Cause") || c.OnlyAsks(fn) {
		return true
	}
	name := fn.Name()
	if strings.HasSuffix(name, "FromContext") || strings.HasSuffix(name, "FromCtx") || observing.MatchString(name) {
		return true
	}
	if recv := fn.Signature().Recv(); recv != nil && observing.MatchString(types.TypeString(recv.Type(), func(*types.Package) string { return "" })) {
		return true
	}
	path := fn.Pkg().Path()
	return observing.MatchString(path[strings.LastIndex(path, "/")+1:]) || strings.Contains(path, "opentelemetry")
}

var logging = regexp.MustCompile(`[Ll]og($|[^io])|^(?i)(print|println|printf|fprint|fprintf|fprintln|debug|debugf|debugw|info|infof|infow|infoln|warn|warnf|warnw|warning|warningf|error|errorf|errorw|trace|tracef|notice|noticef|msg|msgf|send)$`)

// logs tells whether a call only writes a log.
func (c *check) logs(call *ast.CallExpr) bool {
	name := code.CalleeName(call)
	if fn := code.Callee(c.Info, call); fn != nil && fn.Pkg() != nil && fn.Pkg().Path() == "fmt" {
		return len(name) > 5 && (name[0] == 'P' || name[0] == 'F')
	}
	for _, suffix := range []string{"Ctx", "WithContext", "Context"} {
		name = strings.TrimSuffix(name, suffix)
	}
	return logging.MatchString(name) || c.observes(call)
}

// says tells whether a function only says something, as those do that take a text and any values and give nothing back: it does not wait.
func says(fn *types.Func) bool {
	if fn == nil {
		return false
	}
	sig := fn.Signature()
	if !sig.Variadic() || sig.Results().Len() > 0 {
		return false
	}
	rest := sig.Params().At(sig.Params().Len() - 1).Type().(*types.Slice)
	i, ok := rest.Elem().Underlying().(*types.Interface)
	return ok && i.Empty()
}

// givesLog tells whether a type is one of a package of logging, by its name.
func givesLog(t types.Type) bool {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Pkg() != nil && logPackage.MatchString(n.Obj().Pkg().Path())
}

var logPackage = regexp.MustCompile(`(^|/)(s?log|logr|logrus|k?logger|klog|zap|zerolog|hclog|[a-z]+log)(/v[0-9]+)?$`)

// mayLog tells whether a call is likely one of logging, tracing or metrics, by the names of
// its function, its receiver's type and its package.
func mayLog(c *check, call *ast.CallExpr) bool {
	name := strings.ToLower(code.CalleeName(call))
	for _, word := range []string{"log", "debug", "info", "warn", "error", "trace", "print", "fatal", "span", "record", "fromcontext", "observe"} {
		if strings.HasPrefix(name, word) || strings.HasSuffix(name, word) {
			return true
		}
	}
	if givesLog(c.Info.TypeOf(call)) {
		return true
	}
	fn := code.Callee(c.Info, call)
	if fn == nil || fn.Pkg() == nil {
		return false
	}
	where := fn.Pkg().Name()
	if recv := fn.Signature().Recv(); recv != nil {
		where += types.TypeString(recv.Type(), func(*types.Package) string { return "" })
	}
	where = strings.ToLower(where)
	return strings.Contains(where, "log") && !strings.Contains(where, "login") || strings.Contains(where, "trace") || strings.Contains(where, "metric")
}
