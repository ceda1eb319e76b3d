package g

import (
	"context"
	"io"
)

type Peer interface {
	Name() string
	Flush(ctx context.Context) error
	Digest(ctx context.Context, table string) (uint64, error)
}

type Cluster struct {
	peers []Peer
}

type Table struct {
	Name string
	Rows int
}

type Exporter struct {
	verify func(ctx context.Context, table string) error
	dump   func(ctx context.Context, table string, w io.Writer) error
	open   func(table string) (io.WriteCloser, error)
}

type Indexer struct {
	index func(ctx context.Context, doc string) error
	seal  func(ctx context.Context) error
}
