// Work that is cut short and finished as if it were done.

package swallowed

import (
	"bufio"
	"compress/gzip"
	"context"
	"database/sql"
	"errors"
	"io"
	"net"
	"os"
)

type feed struct {
	lines chan string
	stop  chan struct{}
}

func (f *feed) dump(ctx context.Context, w io.Writer) error {
	bw := bufio.NewWriter(w)
copying:
	for {
		select {
		case l, ok := <-f.lines:
			if !ok {
				break copying
			}
			bw.WriteString(l)
		case <-ctx.Done():
			break copying // want `only the error of what finishes the work is returned`
		}
	}
	return bw.Flush()
}

func (f *feed) pack(ctx context.Context, w io.Writer, parts []string) error {
	zw := gzip.NewWriter(w)
	for _, p := range parts {
		if ctx.Err() != nil {
			break // want `only the error of what finishes the work is returned`
		}
		io.WriteString(zw, p)
	}
	return zw.Close()
}

func replace(ctx context.Context, tmp *os.File, parts []string) error {
	for _, p := range parts {
		if ctx.Err() != nil {
			break // want `only the error of what finishes the work is returned`
		}
		tmp.WriteString(p)
	}
	return os.Rename(tmp.Name(), "out")
}

func (f *feed) dumpHere(ctx context.Context, w io.Writer) error {
	bw := bufio.NewWriter(w)
	for {
		select {
		case l, ok := <-f.lines:
			if !ok {
				return bw.Flush()
			}
			bw.WriteString(l)
		case <-ctx.Done():
			return bw.Flush() // want `nil says that all was done`
		}
	}
}

func (f *feed) dumpRight(ctx context.Context, w io.Writer) error {
	bw := bufio.NewWriter(w)
	for _, p := range os.Args {
		if ctx.Err() != nil {
			break
		}
		bw.WriteString(p)
	}
	return errors.Join(ctx.Err(), bw.Flush())
}

// Nothing else ends it.
func (f *feed) pump(ctx context.Context, w io.Writer) error {
	bw := bufio.NewWriter(w)
pumping:
	for {
		select {
		case l := <-f.lines:
			bw.WriteString(l)
		case <-ctx.Done():
			break pumping
		}
	}
	return bw.Flush()
}

func (f *feed) talk(ctx context.Context, conn net.Conn, parts []string) error {
	for _, p := range parts {
		if ctx.Err() != nil {
			break
		}
		io.WriteString(conn, p)
	}
	return conn.Close()
}

// A transaction knows by itself that its context has ended.
func insert(ctx context.Context, db *sql.DB, names []string) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	for _, n := range names {
		if ctx.Err() != nil {
			break
		}
		tx.ExecContext(ctx, "insert", n)
	}
	return tx.Commit()
}

// io.EOF

func (f *feed) next(ctx context.Context) (string, error) {
	select {
	case l, ok := <-f.lines:
		if !ok {
			return "", io.EOF
		}
		return l, nil
	case <-ctx.Done():
		return "", io.EOF // want `this is reached because ctx has ended, and io.EOF says that there is no more`
	}
}

func (f *feed) nextNamed(ctx context.Context) (l string, err error) {
	if ctx.Err() != nil {
		err = io.EOF // want `this is reached because ctx has ended, and io.EOF says that there is no more`
		return
	}
	l, ok := <-f.lines
	if !ok {
		err = io.EOF
	}
	return l, err
}

// nextUntil gives the next line. It returns io.EOF when there is no more or the context has ended.
func (f *feed) nextUntil(ctx context.Context) (string, error) {
	select {
	case l, ok := <-f.lines:
		if !ok {
			return "", io.EOF
		}
		return l, nil
	case <-ctx.Done():
		return "", io.EOF
	}
}

// That there is no more it says in no other place.
func (f *feed) nextEndless(ctx context.Context) (string, error) {
	select {
	case l := <-f.lines:
		return l, nil
	case <-ctx.Done():
		return "", io.EOF
	}
}

func (f *feed) nextRight(ctx context.Context) (string, error) {
	select {
	case l, ok := <-f.lines:
		if !ok {
			return "", io.EOF
		}
		return l, nil
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}
