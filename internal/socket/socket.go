// Package socket says where a program that imported inspect/auto listens: a unix
// socket that is its user's alone.
package socket

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Dir gives the directory of the sockets: the user's runtime directory if there
// is one, else one in the directory for temporary files that is named for the
// user. It makes that if need be. A directory that is not the user's alone is
// refused.
func Dir() (string, error) {
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" && private(dir) == nil {
		return dir, nil
	}
	dir := temporary()
	if err := os.Mkdir(dir, 0o700); err != nil && !os.IsExist(err) {
		return "", err
	}
	return dir, private(dir)
}

func temporary() string { return filepath.Join(os.TempDir(), "braid-"+strconv.Itoa(os.Getuid())) }

// Dirs gives the directories where programs of this user may listen that were
// started with another environment too. All are there, and the user's alone.
func Dirs() (dirs []string) {
	for _, dir := range []string{os.Getenv("XDG_RUNTIME_DIR"), filepath.Join("/run/user", strconv.Itoa(os.Getuid())), temporary()} {
		if dir != "" && private(dir) == nil && !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// Path gives the socket of the program with that process ID.
func Path(dir string, pid int) string {
	return filepath.Join(dir, "braid-"+strconv.Itoa(pid)+".sock")
}

// PID is the inverse of Path.
func PID(path string) (pid int, ok bool) {
	text, ok := strings.CutPrefix(filepath.Base(path), "braid-")
	if !ok {
		return 0, false
	}
	if text, ok = strings.CutSuffix(text, ".sock"); !ok {
		return 0, false
	}
	pid, err := strconv.Atoi(text)
	return pid, err == nil
}

// All gives the sockets in dir, of programs that run and of some that do not.
func All(dir string) []string {
	paths, _ := filepath.Glob(filepath.Join(dir, "braid-*.sock")) // the pattern is good
	return paths
}
