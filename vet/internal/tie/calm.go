// Tasks that end well because they are told to stop. Where the context is dead before the first of them
// starts, a group that starts all its tasks returns nil then; braid's starts none, and returns that its context is dead.

package tie

// calm tells whether all tasks return nil in a dead context. If one fails there, with that context's error, it does not matter that none is started.
func (g *group) calm() string {
	if g.kind != ctxGroup && g.kind != concCtx {
		return ""
	}
	for _, t := range g.tasks {
		if t.lit == nil || !g.f.EndsWell(t.lit.Body) {
			return ""
		}
	}
	return "its tasks return nil where their context is dead, and a group that then starts none returns that it is: let them return ctx.Err()"
}
