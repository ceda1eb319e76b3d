// Package inspect shows the groups and tasks of a running program: as text, as
// JSON, and on a page.
//
// A program that imports it remembers which groups are open, and when tasks
// began; nothing else has to be set up, and nothing runs until somebody looks.
//
//	inspect.Dump(os.Stderr)                          // the tree, as text
//	http.Handle("/debug/braid/", inspect.Handler())  // the page, and JSON
//
// A look takes the lock of one group at a time, for a bounded number of its
// tasks. What it shows of one group is of one moment; two groups may be shown as
// they were at slightly different ones.
//
// Whoever can reach the handler sees the names of groups and tasks, errors, and
// places in the source, and can make the program take its goroutines' stacks: it
// belongs where net/http/pprof does.
package inspect
