package d

import (
	"context"
	"database/sql"
	"errors"
	"expvar"
	"fmt"
	"io"
)

type Store struct {
	db *sql.DB
}

// QuotaError tells that a tenant may not store more.
type QuotaError struct {
	Tenant string
}

func (e *QuotaError) Error() string { return fmt.Sprintf("tenant %s: quota exceeded", e.Tenant) }

type Tenant interface {
	Usage(ctx context.Context) (int64, error)
}

type Billing struct {
	tenants []Tenant
	frozen  bool
}

var errNoMirrors = errors.New("no mirrors")

type Mirror interface {
	Put(ctx context.Context, name string, data []byte) error
}

type Uploader struct {
	mirrors []Mirror
}

// FieldError tells what is wrong with one field.
type FieldError struct {
	Field  string
	Reason string
}

func (e *FieldError) Error() string { return e.Field + ": " + e.Reason }

type Config struct {
	Listen  string
	CertPEM string
	MaxConn int
}

func (c *Config) checkListen() error {
	if c.Listen == "" {
		return &FieldError{"listen", "missing"}
	}
	return nil
}

func (c *Config) checkTLS() error {
	if c.CertPEM == "" {
		return &FieldError{"cert", "missing"}
	}
	return nil
}

func (c *Config) checkLimits() error {
	if c.MaxConn < 1 {
		return &FieldError{"max_conn", "must be positive"}
	}
	return nil
}

// copyTo copies until r ends or ctx does.
func copyTo(ctx context.Context, w io.Writer, r io.Reader) error {
	buf := make([]byte, 32<<10)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := r.Read(buf)
		if _, werr := w.Write(buf[:n]); werr != nil {
			return werr
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// ErrDrained is what Consume returns when its partition has no more records.
var ErrDrained = errors.New("partition drained")

type Partition interface {
	Consume(ctx context.Context) error
}

type Topic struct {
	parts []Partition
}

type Backend interface {
	Drain(ctx context.Context) error
}

type Balancer struct {
	backends []Backend
	failures *expvar.Map
}
