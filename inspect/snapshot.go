package inspect

import (
	"time"
)

// This file holds what a look gives. The JSON of these types is the schema of
// docs/inspect.md: fields are added, never renamed, within one version.

// Version is that of the JSON.
const Version = 1

// A Snapshot is what the program's tree looked like.
type Snapshot struct {
	Version int       `json:"version"`
	Time    time.Time `json:"time"`
	Program string    `json:"program"`
	PID     int       `json:"pid"`
	Go      string    `json:"go"`
	Started time.Time `json:"started"` // when the program did: another after a restart
	Totals  Totals    `json:"totals"`
	// Truncated is how many nodes were left out beyond those that were folded.
	Truncated int `json:"truncated,omitempty"`
	// Nodes are in the order of the tree: each after the one it is in.
	Nodes  []*Node  `json:"nodes"`
	Recent []*Ended `json:"recent"` // what has ended lately, the oldest first

	last uint64 // the number of the last of those
}

// Totals counts what is there, shown or not.
type Totals struct {
	Groups  int `json:"groups"`
	Tasks   int `json:"tasks"`
	Running int `json:"running"`
	Queued  int `json:"queued"`
	// Ended counts tasks since the program began, those of groups that have ended
	// too.
	Ended Counts `json:"ended"`
}

// A Node is a group, a task, the body of a group, or a number of tasks or groups
// that are like another.
type Node struct {
	ID    string    `json:"id"`           // stable, and never used again in one program
	Up    string    `json:"up,omitempty"` // the node it is in
	Type  string    `json:"type"`         // "group", "task", "body" or "more"
	Name  string    `json:"name"`
	Path  string    `json:"path"`
	State string    `json:"state"`           // of a group "open", "joining" or "closing", else "queued" or "running"
	Since time.Time `json:"since,omitzero"`  // when it began, was opened or, in a queue, when its group was
	Site  string    `json:"site,omitempty"`  // "file:line" where its function stands, or where Open was called
	Func  string    `json:"func,omitempty"`  // the function's full name
	Kind  string    `json:"kind,omitempty"`  // of a group, the function that opened it; of a task "ordinary", "background", "always", "service", "abandoned"
	Like  string    `json:"like,omitempty"`  // of "more": the sibling they are like
	Count int       `json:"count,omitempty"` // of "more": how many

	Shielded bool `json:"shielded,omitempty"` // the group is opened below a Shield; with stacks, the task is in one
	Weight   int  `json:"weight,omitempty"`   // of a task, if it is not 1

	Deadline  *Deadline  `json:"deadline,omitempty"`
	Limit     int        `json:"limit,omitempty"`
	Used      int        `json:"used,omitempty"`
	Queued    int        `json:"queued,omitempty"`
	Running   int        `json:"running,omitempty"` // tasks, and the body
	Counts    *Counts    `json:"counts,omitempty"`
	Cancelled *Cancelled `json:"cancelled,omitempty"`
	Waits     *Waits     `json:"waits,omitempty"`
	Blocked   *Blocked   `json:"blocked,omitempty"`
	Progress  *Progress  `json:"progress,omitempty"`
}

// A Deadline is that of a group's context.
type Deadline struct {
	At time.Time `json:"at"`
	By string    `json:"by,omitempty"` // name or place of the time limit that sets it, if it is one of braid's
}

// Counts tells how the group's tasks have ended.
type Counts struct {
	Succeeded int64 `json:"succeeded"`
	Failed    int64 `json:"failed"` // or panicked, or called Goexit
	Cancelled int64 `json:"cancelled"`
	Skipped   int64 `json:"skipped"`
}

// Cancelled tells why a group, or one task alone, is cancelled.
type Cancelled struct {
	Cause string `json:"cause"`
	// Reason is what led to it: the failure of By, or what CancelCause was given.
	Reason string    `json:"reason,omitempty"`
	By     string    `json:"by,omitempty"`   // path of the task or group, or name of the scope
	At     time.Time `json:"at,omitzero"`    // when it was cancelled, or when the group heard of it
	Site   string    `json:"site,omitempty"` // "file:line" of the call, or of the function that failed
	Left   int       `json:"left"`           // how many run still
}

// Waits tells what a task waits for.
type Waits struct {
	For  string `json:"for"`            // "task", "slot", "timer" or "join"
	ID   string `json:"id,omitempty"`   // of the task or group
	Path string `json:"path,omitempty"` // its path
	More int    `json:"more,omitempty"` // how many other tasks it waits for
	Ring bool   `json:"ring,omitempty"` // what it waits for depends on it in turn
	// Until is when the timer fires.
	Until time.Time `json:"until,omitzero"`
}

// Blocked tells where a task's goroutine is.
type Blocked struct {
	In      string `json:"in,omitempty"`   // the innermost function that is the user's
	Site    string `json:"site,omitempty"` // "file:line" in it
	Call    string `json:"call,omitempty"` // what it has called: the function of the library's or the standard library's that it is in
	Doing   string `json:"doing"`          // the runtime's word, such as "chan receive"
	Minutes int    `json:"since_minutes,omitempty"`
	Stack   string `json:"stack"`
}

// Progress is that of a group's tracker, if it is a *progress.Progress.
type Progress struct {
	Name    string `json:"name,omitempty"`
	Done    int    `json:"done"`
	Total   int    `json:"total,omitempty"` // 0 if it is not known
	Failed  int    `json:"failed,omitempty"`
	Skipped int    `json:"skipped,omitempty"`
	Unit    string `json:"unit,omitempty"`
}

// An Ended is a task or group that has ended.
type Ended struct {
	ID          string    `json:"id"`
	Up          string    `json:"up,omitempty"`
	Type        string    `json:"type"`
	Name        string    `json:"name"`
	Path        string    `json:"path"`
	Site        string    `json:"site,omitempty"`
	Kind        string    `json:"kind,omitempty"`
	Start       time.Time `json:"start,omitzero"`
	End         time.Time `json:"end"`
	State       string    `json:"state"` // as braid.State has it
	Error       string    `json:"error,omitempty"`
	AfterCancel bool      `json:"after_cancel,omitempty"`
	Cause       string    `json:"cause,omitempty"` // of a cancellation
}
