package j

import (
	"context"
	"io"
	"net"
	"os"
)

type Cache interface {
	Load(ctx context.Context, key string) (int, error)
}

type Node struct {
	cache   Cache
	keys    []string
	release func(ctx context.Context, key string) error
	migrate func(ctx context.Context, key string) error
}

type Netns struct {
	name  string
	enter func(name string) error
	scan  func(ctx context.Context) error
}

type Tunnel struct {
	dialer net.Dialer
	addr   string
	relay  func(ctx context.Context, conn net.Conn) error
}

type Uploader struct {
	put func(ctx context.Context, name string, r io.Reader) error
}

func (u *Uploader) putFile(ctx context.Context, f *os.File) error {
	return u.put(ctx, f.Name(), f)
}

type Driver interface {
	Open(device string) (io.ReadCloser, error)
	Serial(device string) (string, error)
}
