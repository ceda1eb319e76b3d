package seam

import (
	"context"
	"time"
)

// Watch is set by packages whose users look at what is open: groups that are
// opened from then on are found by Look and Live. It is set before anything runs.
var Watch bool

var (
	// Look looks at the groups that are open.
	Look func(q Query) *View
	// Recent gives what has ended lately, in no order, but for what came before
	// the one with the number given.
	Recent func(since uint64) []Past
	// Abandoned gives the calls that were left behind and still run, the oldest
	// first.
	Abandoned func() []Left
	// Of names the task, or else the group, that ctx belongs to.
	Of func(ctx context.Context) Ref
	// Frame reads a line of a goroutine dump: the address of a task, or of a
	// group if it is of the group's body.
	Frame func(line string) (addr uintptr, body, ok bool)
	// Foreign reports whether a frame, as such a line, is of braid or of the
	// standard library's inner parts.
	Foreign func(frame string) bool
)

// A Query bounds a look.
type Query struct {
	Groups int // how many groups, the oldest first
	Tasks  int // how many tasks of each that run,
	Queued int // and how many that are queued
}

// A View is what a look has found. It is of one moment for each group, not for
// all of them together.
type View struct {
	Now    time.Time
	Groups []Group // each anywhere
	More   int     // groups that were left out,
	// and their tasks.
	MoreRunning, MoreQueued int
	Ended                   []int64 // tasks, by State, of groups that were left out or are not open any more
}

// A Ref names a group, a task of it, or its body.
type Ref struct {
	Group uint64
	Task  uint64 // 0 for the group or its body
}

// A Group is an open group.
type Group struct {
	ID     uint64
	Addr   uintptr // see Task.Addr
	Up     Ref     // the task in which it was opened, or the group whose body did; or nothing
	Name   string
	Path   string
	Form   string // the function that opened it
	PC     uintptr
	Opened time.Time

	Owned    bool // opened with Open
	Body     bool // the body runs
	Joining  bool // the body has returned
	Closed   bool // all tasks have ended
	Shielded bool
	Limit    int
	Used     int
	Running  int // tasks, without the body
	Queued   int
	Ended    []int64 // tasks, by State
	Tracker  any

	Deadline   time.Time // zero for none
	DeadlineBy string    // the name of the scope it comes from,
	DeadlinePC uintptr   // and its function; nothing if it comes from elsewhere

	Dead      bool
	Cause     error     // why it is dead
	NoticedAt time.Time // when it heard of that; zero if it has not

	Wakes time.Time // until when the body sleeps; zero if it does not

	Tasks []Node // the first that run, in no order, then the first that are queued
	Waits []Wait
}

// A Node is a task.
type Node struct {
	ID      uint64
	Addr    uintptr
	Name    string
	Alike   string // the name without the number of its item
	PC      uintptr
	Queued  bool
	Kind    string
	Began   time.Time // zero if it has not
	Weight  int
	Cause   error     // why it alone was cancelled
	Lending bool      // it has lent its slot
	Wakes   time.Time // until when it sleeps; zero if it does not
}

// A Wait says that By waits for For, or for a slot of the group.
type Wait struct {
	By     Ref
	ByAddr uintptr // instead, of a task that waits with a context that is not its own
	For    Ref
	Slot   bool
}

// A Left is a call that was left behind.
type Left struct {
	N     uint64 // counts all
	Up    Ref    // the task, or the group, in which it was called
	Name  string
	Path  string // of that task or group
	PC    uintptr
	Began time.Time
	At    time.Time // when it was left
	Cause error
}

// A Past is a task or a group that has ended.
type Past struct {
	N           uint64 // counts all
	Ref, Up     Ref
	Task        bool
	Name, Path  string
	Kind        string // of a group, the function that opened it
	PC          uintptr
	Start, End  time.Time // Start is zero for what never began
	State       uint32    // a braid.State
	Err         error
	AfterCancel bool
	Cause       error // of a cancellation
}
