package g

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"time"
)

type Replica interface {
	Apply(ctx context.Context, entry []byte) error
	Flush(ctx context.Context) error
}

type Index interface {
	AddFile(ctx context.Context, name string) error
}

type Cluster struct {
	primary  Replica
	replicas []Replica
	log      *slog.Logger
}

type Agent struct {
	addr string
	log  *slog.Logger
	beat func(ctx context.Context, addr string) error
	poll func(ctx context.Context, addr string) error
}

func (a *Agent) heartbeat(ctx context.Context) error {
	tick := time.NewTicker(15 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if err := a.beat(ctx, a.addr); err != nil {
				return fmt.Errorf("heartbeat: %w", err)
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

type document struct {
	url  string
	body []byte
}

func fetch(ctx context.Context, client *http.Client, url string) (document, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return document{}, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return document{}, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return document{}, fmt.Errorf("get %s: %s", url, resp.Status)
	}
	body, err := io.ReadAll(resp.Body)
	return document{url: url, body: body}, err
}

func removeTemp(ctx context.Context, dir string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return os.RemoveAll(dir)
}

func writeReport(w io.Writer, docs []document) error {
	var buf bytes.Buffer
	for _, d := range docs {
		fmt.Fprintf(&buf, "%s\t%d\n", d.url, len(d.body))
	}
	_, err := w.Write(buf.Bytes())
	return err
}
