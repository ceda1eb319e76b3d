package braidtest

import (
	"maps"
	"os"
	"testing"
)

// This file looks at the end of all tests of a package.

// Main runs the tests of a package and exits: with their exit code, or with 1
// if they passed and left something behind of which no [Check] has told, after
// having written to standard error what it is.
//
//	func TestMain(m *testing.M) { braidtest.Main(m) }
//
// It looks once, after the last test, and knows of no goroutine which test
// started it: Check does. What was there before the tests ran may stay.
//
// If the tests do not end, a report of all goroutines that they have is written
// some seconds before the deadline that -timeout sets.
func Main(m *testing.M, opts ...Option) {
	if m == nil {
		panic("braidtest: Main called with a nil M")
	}
	os.Exit(runMain(m, configOf("Main", opts)))
}

func runMain(m interface{ Run() int }, c config) int {
	k := &check{config: c, test: self().id, before: map[int]bool{}}
	for _, g := range all() {
		k.before[g.id] = true
	}
	k.alarm = setAlarm(k)
	code := m.Run()
	k.alarm.stop()
	if code != 0 {
		return code
	}
	showLabels()
	left := settled(k.unreported, k.patience)
	if len(left) == 0 {
		return 0
	}
	os.Stderr.WriteString("braidtest: " + k.verdict(left) + "\n")
	return 1
}

// unreported gives all goroutines that came with the tests and that no check
// has told of.
func (k *check) unreported() (left []goroutine) {
	checks.mu.Lock()
	told := maps.Clone(checks.reported)
	checks.mu.Unlock()
	for _, g := range all() {
		if g.id != k.test && !k.before[g.id] && !told[g.id] && !g.system() && !g.steers() && !k.allows(&g) {
			left = append(left, g)
		}
	}
	return left
}
