package d

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"

	"github.com/braid-go/braid"
)

func (t *tunnel) closeBoth() error {
	return errors.Join(t.local.Close(), t.remote.Close())
}

// want-rule (d): a joined error is never equal to one of its parts
func (t *tunnel) shut() error {
	err := t.closeBoth()
	if err == net.ErrClosed {
		return nil
	}
	return err
}

// fine: what was closed before is taken out of the join
func (t *tunnel) shutOK() error {
	err := t.closeBoth()
	if _, rest := braid.Split(err, braid.Is(net.ErrClosed)); rest != nil {
		return rest
	}
	return nil
}

// want-rule (d): IsNotExist does not look into a join, so a missing lock is a failure
func removeData(path string) error {
	err := errors.Join(os.Remove(path), os.Remove(path+".lock"))
	if os.IsNotExist(err) {
		return nil
	}
	return err
}

// fine: it is asked of each
func removeDataOK(path string) error {
	var errs []error
	for _, p := range []string{path, path + ".lock"} {
		if err := os.Remove(p); err != nil && !os.IsNotExist(err) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// want-rule (d): after an interrupt a failed flush or unlock counts for nothing
func (a *agent) finish(runErr error) int {
	err := errors.Join(runErr, a.flush(), a.unlock())
	switch {
	case err == nil, errors.Is(err, context.Canceled):
		return 0
	case errors.Is(runErr, fs.ErrPermission):
		a.log.Error("no permission", "err", err)
		return 77
	default:
		a.log.Error("failed", "err", err)
		return 1
	}
}

// fine: only that of the run is asked whether it was the interrupt
func (a *agent) finishOK(runErr error) int {
	if errors.Is(runErr, context.Canceled) {
		runErr = nil
	}
	err := errors.Join(runErr, a.flush(), a.unlock())
	switch {
	case err == nil:
		return 0
	case errors.Is(runErr, fs.ErrPermission):
		a.log.Error("no permission", "err", err)
		return 77
	default:
		a.log.Error("failed", "err", err)
		return 1
	}
}
