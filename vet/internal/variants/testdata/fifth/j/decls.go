package j

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
)

var errUnavailable = errors.New("backend unavailable")

type Warmer struct {
	sessions func(ctx context.Context) (int, error)
	routes   func(ctx context.Context) error
}

type Netns struct {
	enter func(path string) error
	dial  func(ctx context.Context, addr string) (net.Conn, error)
}

func (n *Netns) reach(ctx context.Context, addr string) error {
	conn, err := n.dial(ctx, addr)
	if err != nil {
		return fmt.Errorf("reach %s: %w", addr, err)
	}
	return conn.Close()
}

type Engine struct {
	bind   func() error // makes the library's thread-local state
	unbind func()
	scan   func(file string) (infected bool, err error)
	update func(ctx context.Context) error
}

func (e *Engine) count(ctx context.Context, files []string) (int, error) {
	n := 0
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return n, err
		}
		infected, err := e.scan(f)
		if err != nil {
			return n, fmt.Errorf("scan %s: %w", f, err)
		}
		if infected {
			n++
		}
	}
	return n, nil
}

type Follower struct {
	primary, standby string
	follow           func(ctx context.Context, conn net.Conn) error
}

type Downloader struct {
	client *http.Client
	base   string
	dir    string
}

func (d *Downloader) open(ctx context.Context, url string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	resp, err := d.client.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		resp.Body.Close()
		return nil, fmt.Errorf("get %s: %s", url, resp.Status)
	}
	return resp, nil
}

func (d *Downloader) save(name string, r io.Reader) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	return errors.Join(err, f.Close())
}

type Backend interface {
	Purge(ctx context.Context, key string) error
}

type Card interface {
	Close() error
}

type CardReader struct {
	log     *slog.Logger
	connect func(slot int) (Card, error) // the driver's call, which blocks until a card is there
	license func(key string) (string, error)
}

type Quotes struct {
	spot  func(ctx context.Context, pair string) (float64, error)
	audit func(ctx context.Context, pair string) error
}
