// What only writes to a log may be given a dead context.

package rules

import (
	"go/ast"
	"go/types"
	"strings"

	"github.com/braid-go/braid/vet/internal/code"
)

// logs tells whether a call is one of logging, tracing or metrics, by the names of
// its function, its receiver's type and its package.
func logs(c *check, call *ast.CallExpr) bool {
	name := strings.ToLower(code.CalleeName(call))
	for _, word := range []string{"log", "debug", "info", "warn", "error", "trace", "print", "fatal", "span", "record", "fromcontext", "observe"} {
		if strings.HasPrefix(name, word) || strings.HasSuffix(name, word) {
			return true
		}
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
