//go:build unix

package socket

import (
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestSocketsAtWhichNobodyListensAreRemoved(t *testing.T) {
	dir := t.TempDir()
	stale, other := Path(dir, 1), dir+"/braid-x.sock"
	l, err := net.Listen("unix", stale)
	if err != nil {
		t.Fatal(err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	l.Close()
	live, err := listen(Path(dir, 2))
	if err != nil {
		t.Fatal(err)
	}
	defer live.Close()
	if err := os.WriteFile(other, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	sweep(dir)
	got := strings.Join(All(dir), " ")
	if want := Path(dir, 2) + " " + other; got != want {
		t.Errorf("left are %s, not %s", got, want)
	}
}

func TestASocketIsItsUsersAlone(t *testing.T) {
	path := Path(t.TempDir(), 3)
	l, err := listen(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v", info, err)
	}
}

func TestADirectoryThatOthersCanReachIsNoPlaceForSockets(t *testing.T) {
	open, shut := t.TempDir(), t.TempDir()
	for dir, mode := range map[string]os.FileMode{open: 0o755, shut: 0o700} {
		if err := os.Chmod(dir, mode); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("TMPDIR", shut)
	t.Setenv("XDG_RUNTIME_DIR", open)
	own := filepath.Join(shut, "braid-"+strconv.Itoa(os.Getuid()))
	if slices.Contains(Dirs(), own) {
		t.Error("a directory that is not there is given")
	}
	if dir, err := Dir(); dir != own || err != nil {
		t.Errorf("got %s, %v", dir, err)
	}
	if got := Dirs(); !slices.Contains(got, own) || slices.Contains(got, open) {
		t.Errorf("looked for in %s", got)
	}
	t.Setenv("XDG_RUNTIME_DIR", shut)
	if dir, err := Dir(); dir != shut || err != nil {
		t.Errorf("got %s, %v", dir, err)
	}
	if got := Dirs(); !slices.Equal(got[:1], []string{shut}) || !slices.Contains(got, own) {
		t.Errorf("looked for in %s", got)
	}
}
