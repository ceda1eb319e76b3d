package f

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"time"
)

type Host struct {
	Name string
	URL  string
}

type Status struct {
	Host string
	Code int
}

type Client struct {
	http *http.Client
}

func (c *Client) get(ctx context.Context, url string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("get %s: %s", url, resp.Status)
	}
	return io.ReadAll(resp.Body)
}

type Store struct {
	db *sql.DB
}

func (s *Store) count(ctx context.Context, query string, arg any) (n int, err error) {
	err = s.db.QueryRowContext(ctx, query, arg).Scan(&n)
	return n, err
}

type Replica interface {
	Pull(ctx context.Context, segment string) error
	Ack(ctx context.Context, segment string) error
}

type Dashboard struct {
	store *Store
}

type Summary struct {
	Orders  int
	Refunds int
}

type Consumer struct {
	topic   string
	timeout time.Duration
	poll    func(ctx context.Context, partition int) error
}

const ackTimeout = 2 * time.Second
