// Package f has tasks that work with a context other than their group's, each
// beside the same made right.
package f

import (
	"context"
	"net"
	"net/http"
	"time"
)

type host struct {
	name string
}

type fleet struct {
	ping    func(ctx context.Context, h host) error
	inspect func(ctx context.Context, h host) (string, error)
	record  func(ctx context.Context, h host, state string) error
}

type shop struct {
	stock  func(ctx context.Context, sku string) (int, error)
	price  func(ctx context.Context, sku string) (int64, error)
	review func(ctx context.Context, sku string) ([]string, error)
}

type product struct {
	Stock   int      `json:"stock"`
	Price   int64    `json:"price"`
	Reviews []string `json:"reviews"`
}

type session struct {
	ctx       context.Context
	up, down  net.Conn
	keepalive func(ctx context.Context) error
}

// pump copies until one of the two is closed or ctx dies.
func pump(ctx context.Context, dst, src net.Conn) error {
	stop := context.AfterFunc(ctx, func() {
		dst.SetDeadline(time.Unix(1, 0))
		src.SetDeadline(time.Unix(1, 0))
	})
	defer stop()
	buf := make([]byte, 4096)
	for {
		n, err := src.Read(buf)
		if err != nil {
			return err
		}
		if _, err := dst.Write(buf[:n]); err != nil {
			return err
		}
	}
}

type webhooks struct {
	hc      *http.Client
	targets [3]string
	log     func(ctx context.Context, body []byte) error
}

type repo struct {
	name string
}

type mirror struct {
	lock   func(ctx context.Context, name string) error
	unlock func(ctx context.Context, name string) error
	pull   func(ctx context.Context, name string) error
}

type pages struct {
	fetch func(ctx context.Context, url string) ([]byte, error)
	parse func(ctx context.Context, url string) error
}
