//go:build race

package stream

// Under the race detector no two items share a task: they would be ordered, and
// a race between them would go unseen.
const sharing = false
