package braid

import "runtime"

// BlockedIn gives what a report of a stall says of a goroutine with this stack.
func BlockedIn(stack string) string { return blockedIn(stack) }

// SourceFile gives the path of a file of the library as stacks have it.
func SourceFile(name string) string {
	_, here, _, _ := runtime.Caller(0)
	return here[:len(here)-len("dump_export_test.go")] + name
}
