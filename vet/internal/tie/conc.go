// Calls of conc's packages iter and stream, which have twins in braid's, but for a context and an error.

package tie

import (
	"go/ast"

	"github.com/braid-go/braid/vet/internal/code"
)

// twins says what the functions and methods of conc's packages would be.
var twins = []struct {
	path, name, twin string
}{
	{code.Conc + "/iter", "ForEach", "braid.Each"},
	{code.Conc + "/iter", "ForEachIdx", "braid.Each"},
	{code.Conc + "/iter", "Iterator.ForEach", "braid.Each with a Limit"},
	{code.Conc + "/iter", "Iterator.ForEachIdx", "braid.Each with a Limit"},
	{code.Conc + "/iter", "Map", "braid.Map"},
	{code.Conc + "/iter", "MapErr", "braid.Map, Supervised if all are to be gone through"},
	{code.Conc + "/iter", "Mapper.Map", "braid.Map with a Limit"},
	{code.Conc + "/iter", "Mapper.MapErr", "braid.Map with a Limit, Supervised if all are to be gone through"},
	{code.Conc + "/stream", "New", "a stream of package stream, which keeps the order too: From, Map and Each"},
}

// conc tells of the calls that could be braid's. The functions there are given pointers to the items, and no context: whether they take it, and what
// becomes of what they change, is not mechanical.
func (f *finder) conc() {
	for cur := range f.Root.Preorder((*ast.CallExpr)(nil)) {
		call := cur.Node().(*ast.CallExpr)
		for _, t := range twins {
			if code.IsCall(f.Info, call, t.path, t.name) {
				f.add(Finding{At: call, Shape: Reshape, Message: "this call of conc's could be " + t.twin})
			}
		}
	}
}
