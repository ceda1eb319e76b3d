// Groups put together by hand, carried over to braid. Package tie has the work.

package rules

import "github.com/braid-go/braid/vet/internal/tie"

// Tie carries groups over to braid.
var Tie = register(&Rule{
	Name:      "tie",
	Migration: true,
	Title:     "a group put together by hand could be braid's",
	Why: "A WaitGroup with its go statements, an errgroup, or a group or pool of conc's that begins and ends in one block becomes `braid.Run`; " +
		"a loop that stores one result for each item becomes `braid.Map`; tasks that set one variable each become `braid.Join2`; " +
		"a goroutine whose one result comes over a channel to the block that starts it becomes `braid.Call`; a struct whose Stop cancels and waits gets a group from `braid.Open`. " +
		"The new code does what the old one did: the same functions start at the same moments with the same arguments, the same is waited for, " +
		"and `errors.Is` and `errors.As` say the same of the result. `context.WithoutCancel`, `Supervised`, `Always` and `CrashOnPanic` stand in it where that takes them; " +
		"taking them out is a decision, and no longer mechanical. The tasks go on using the contexts that they used: a WaitGroup cancels none when a sibling fails, and neither does " +
		"the new group, whose own context ends with the join alone. Where the context around is to end everything at the first failure, give the group that one, and the tasks theirs.\n\n" +
		"Three things are different, and better. The text of an error names the task it comes from. A panic of a task comes out of the join instead of killing the process at once " +
		"(unless something around recovers: there the group gets `CrashOnPanic`). " +
		"No further tasks start then, so there is no fix where something would wait for what one of those does: the code between the tasks and the join for a slot " +
		"of a semaphore or a value out of a channel, or another task. A channel that holds tasks back and does no more becomes `braid.Limit`. " +
		"And a group whose context has died starts nothing: so an errgroup is carried over only if all its tasks take its context, which would be dead, not all of them return nil then, as those of a service do, " +
		"and its error is not dropped, which says so; and only if what is between its tasks does no more than to hand them over, which is left out then. " +
		"So it is with a limit: the loop goes on, and tasks queue. Where the package asks an error for its identity or its type there is no fix either, nor where an object " +
		"might be opened twice or Stop waits for more than the group.\n\n" +
		"What a goroutine dropped because it had nobody to return it to is dropped still; the rule swallowed finds that then, since a task could return it.\n\n" +
		"Where it is not mechanical the finding says what stands in the way and which shape the code asks for; with -fix, ask for those by -tie.",
	Wrong: `
func warmAll(ctx context.Context, hosts []string) {
	var wg sync.WaitGroup
	for _, host := range hosts {
		wg.Add(1)
		go func(host string) {
			defer wg.Done()
			warm(ctx, host)
		}(host)
	}
	wg.Wait()
}

func warm(ctx context.Context, host string) {}
`,
	Right: `
func warmAll(ctx context.Context, hosts []string) {
	_ = braid.Run(context.WithoutCancel(ctx), func(_ context.Context, g *braid.Group) error {
		for _, host := range hosts {
			g.Go(func(context.Context) error {
				warm(ctx, host)
				return nil
			})
		}
		return nil
	})
}

func warm(ctx context.Context, host string) {}
`,
	Exempt: "Modules that do not require `github.com/braid-go/braid` get no fix: `go get` it first.",
	Shapes: []Shape{
		{Name: "run", Severity: Note, What: "a group that begins and ends in one block: `braid.Run`, with a fix"},
		{Name: "map", Severity: Note, What: "a loop that stores one result for each item: `braid.Map`, with a fix"},
		{Name: "join", Severity: Note, What: "two to five tasks that set one variable each: `braid.Join2` to `Join5`, with a fix"},
		{Name: "call", Severity: Note, What: "a goroutine whose one result, or end, comes over a channel to the block that starts it: `braid.Call`, or `braid.Run`, with a fix"},
		{Name: "owner", Severity: Note, What: "goroutines that belong to an object with a Stop or Close: `braid.Open`, with a fix where Stop cancels and waits"},
		{Name: "reshape", Severity: Note, What: "a group that has to be reshaped first; the finding says why"},
		{Name: "promise", Severity: Note, What: "one result that comes over a channel: `braid.Fork`"},
		{Name: "watch", Severity: Note, What: "a watchdog that waits for a context: `context.AfterFunc`, or a task with `braid.Background`"},
	},
}, func(c *check) {
	for _, f := range tie.Find(c.Pass, c.Index) {
		c.tell(f.At, f.Shape, f.Message, f.Edits)
	}
})
