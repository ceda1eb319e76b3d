// A goroutine for each of what comes in from outside, without a limit. This file has the rule; unbounded_input.go, unbounded_whole.go,
// unbounded_pages.go, unbounded_walk.go, unbounded_again.go and unbounded_all.go have what comes from outside, unbounded_limit.go and unbounded_checked.go
// what holds it back, unbounded_never.go what only seems to.

package rules

import (
	"fmt"
	"go/ast"

	"github.com/braid-go/braid/vet/internal/code"
)

// Unbounded finds loops over external input that start a goroutine a round.
var Unbounded = register(&Rule{
	Name:  "unbounded",
	Title: "as many goroutines as somebody else likes",
	Why: "Who starts a goroutine for each connection, row, line or message lets whoever sends them decide how many run at once. " +
		"When the work is slower than what comes in, memory, file descriptors and connections to others run out. " +
		"A limit holds the source back instead: `errgroup.SetLimit`, a semaphore taken before the spawn, `braid.Limit` with `GoWait`, or `braid.EachSeq`.",
	Wrong: `
func serve(r *bufio.Reader, handle func(string)) error {
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return err
		}
		go handle(line)
	}
}
`,
	Right: `
func serve(r *bufio.Reader, handle func(string)) error {
	slots := make(chan struct{}, 100)
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return err
		}
		slots <- struct{}{}
		go func() {
			defer func() { <-slots }()
			handle(line)
		}()
	}
}
`,
	Exempt: "Loops in which something is acquired, sent, waited for or compared with a maximum (what the goroutine itself acquires does not count); lists whose length was compared with a number before, and what was asked whether it is valid; groups with a limit, and groups made elsewhere; signals and ticks; streams that a connection accepts, which limits them; one goroutine for each key of a map; walks that wait for what they start, or end with it; lists of rows whose query has a limit, or is out of sight; a limit of at least one (`max(1, len(list))`); files of a folder that is written into the code, or for which the goroutines take slots themselves; " +
		"a goroutine for each message with a comment right above it, as protocols may go in step; " +
		"exported functions named `Serve…` or `Accept…` that are given their listener, since their caller can limit it (`netutil.LimitListener`). " +
		"Ranging over a slice is off by default: its length is known, but mostly somebody else's choice.",
	Shapes: []Shape{
		{Name: "accept", Severity: Note, Off: true, What: "a goroutine for each connection, as most servers have it"},
		{Name: "rows", Severity: Warning, What: "for each row of a query, also by `braid.Map` and `braid.Each` of the list that they were put into"},
		{Name: "walk", Severity: Warning, What: "for each file of a tree, in the function of a `filepath.WalkDir`"},
		{Name: "lines", Severity: Warning, What: "for each line, token or record that is read"},
		{Name: "channel", Severity: Note, Off: true, What: "for each value of a channel, which mostly comes from the program itself"},
		{Name: "slot", Severity: Warning, What: "the same, or for each value of a sequence, where each of them waits for a slot itself, which limits what is done at once and not how many wait"},
		{Name: "messages", Severity: Warning, What: "for each message of a stream or queue"},
		{Name: "pages", Severity: Warning, What: "for each element of the pages of a listing, each of which says where the next begins, or of a sequence that gives an error with each"},
		{Name: "decoded", Severity: Warning, What: "for each element of what is decoded from a request, or of its query, form or header, also by `braid.Map` and `braid.Each`; or as many as there are of these, or as such a number says"},
		{Name: "again", Severity: Warning, What: "for each element of what a task has asked for, with a context, by a task that does the same"},
		{Name: "never", Severity: Warning, What: "a limit that is the larger of a number and the length of the list that it is for"},
		{Name: "folder", Severity: Warning, What: "for each file of a folder, or each that matches, also by `braid.Map` and `braid.Each`"},
		{Name: "document", Severity: Note, Off: true, What: "for each element of what is decoded otherwise, which mostly comes from the program's own files and others that it trusts"},
		{Name: "slice", Severity: Note, Off: true, What: "for each element of a slice or map that is a parameter of an exported function"},
	},
	Detachable: false,
}, func(c *check) {
	told := map[*ast.CallExpr]bool{} // limits
	for _, t := range c.Tasks {
		c.neverLimits(t, told)
		if code.IsCall(c.Info, t.Call, code.Braid, "Map", "Each") && len(t.Call.Args) > 2 {
			c.allAtOnce(t)
			continue
		}
		if t.Body || t.Kind == code.Timer || t.Kind == code.BraidTask && t.Owner == nil {
			continue
		}
		c.startsMany(t)
		for _, by := range c.helped(t) {
			c.startsMany(by)
		}
	}
})

// startsMany looks at the start of a task for each of what comes from outside.
func (c *check) startsMany(t *code.Task) {
	if walk, ok := c.walkAround(t.At); ok && !c.limited(walk, t) && !c.onceAKey(walk, t) && !c.hasSlot(walk, t) && !c.fewOf(walk, t) {
		c.report(t.At.Node(), "walk", "a goroutine for each file of a tree, as many at once as there are: limit them")
		return
	}
	if c.again(t) {
		c.report(t.At.Node(), "again", "a goroutine for each of what was found, which starts one for each that it finds: limit them")
		return
	}
	for loop, ok := code.LoopAround(t.At); ok; loop, ok = code.LoopAround(loop) {
		shape, what := c.input(loop, t)
		if shape == "" {
			continue
		}
		if code.LeavesAfter(t.At, loop) || c.limited(loop, t) || shape == "accept" && c.servesOthers(t.At) || shape == "messages" && (c.byHelper(t) || c.Commented(t.At.Node().Pos())) || c.onceAKey(loop, t) || c.hasSlot(loop, t) || c.byHelper(t) && c.waitsIn(loop) {
			break
		}
		message := "a goroutine for each %s, as many at once as come in: limit them"
		if c.takesSlot(t) {
			message = "a goroutine for each %s takes its slot itself, and there are as many at once as come in: take the slot before it starts"
		}
		c.report(t.At.Node(), shape, fmt.Sprintf(message, what))
		break
	}
}
