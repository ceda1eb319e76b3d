//go:build unix

package socket

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// Refused reports whether nobody listens at a socket that is there.
func Refused(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }

// private gives an error unless dir is a directory that is the user's alone.
func private(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() || info.Mode().Perm()&0o077 != 0 || int(stat.Uid) != os.Getuid() {
		return fmt.Errorf("%s is not a directory that is this user's alone", dir)
	}
	return nil
}
