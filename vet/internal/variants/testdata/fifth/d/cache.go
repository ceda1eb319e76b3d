package d

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// want-rule (d): one file that was gone already hides that others could not be removed
func (c *Cache) Evict(key string) (err error) {
	defer func() {
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
	}()
	base := filepath.Join(c.dir, key)
	return errors.Join(os.Remove(base+".data"), os.Remove(base+".meta"), os.Remove(base+".lock"))
}

// fine: that a file is gone already is let pass for that file alone
func (c *Cache) EvictOK(key string) (err error) {
	base := filepath.Join(c.dir, key)
	for _, ext := range []string{".data", ".meta", ".lock"} {
		if rerr := os.Remove(base + ext); rerr != nil && !errors.Is(rerr, fs.ErrNotExist) {
			err = errors.Join(err, rerr)
		}
	}
	return err
}
