package look

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"os"
	"slices"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/inspect"
	"github.com/braid-go/braid/internal/socket"
)

// This file finds the programs that can be looked at.

// standing is what a process is to us.
type standing int

const (
	ours standing = iota
	foreign
	gone
)

// A Program has a socket.
type Program struct {
	PID  int
	Tree *inspect.Snapshot // little of it; nil if it does not answer
	Err  error             // why
}

// patience is how long a program may take to answer one who asks everybody.
const patience = 2 * time.Second

// Programs gives the programs of this user that can be looked at, by process id.
// Sockets at which nobody listens are passed over.
func Programs(ctx context.Context) ([]Program, error) {
	var paths []string
	for _, dir := range socket.Dirs() {
		paths = append(paths, socket.All(dir)...)
	}
	found, err := braid.Map(ctx, paths, func(ctx context.Context, path string) (Program, error) {
		pid, ok := socket.PID(path)
		if !ok {
			return Program{}, nil
		}
		info, err := os.Lstat(path)
		if err != nil || info.Mode()&os.ModeSocket == 0 {
			return Program{}, nil
		}
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		t := atSocket(fmt.Sprintf("process %d", pid), path)
		defer t.Close()
		p := Program{PID: pid}
		if p.Tree, p.Err = t.Tree(ctx, url.Values{"max": {"1"}}); socket.Refused(p.Err) {
			return Program{}, nil
		}
		return p, nil
	}, braid.Limit(16))
	found = slices.DeleteFunc(found, func(p Program) bool { return p.PID == 0 })
	slices.SortFunc(found, func(a, b Program) int { return cmp.Compare(a.PID, b.PID) })
	return found, err
}
