package h

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"
)

var (
	errSlow        = errors.New("no answer in time")
	errNoManifest  = errors.New("no such manifest")
	errWatchClosed = errors.New("the watch was closed")
)

type client struct {
	// open follows a topic until ctx is cancelled, and takes no notice of
	// whether somebody reads.
	open func(ctx context.Context, topic string) (io.ReadCloser, error)
	log  *slog.Logger
}

type broker interface {
	// Subscribe gives what is published until ctx is cancelled, and then
	// closes the channel.
	Subscribe(ctx context.Context) <-chan string
}

type events struct {
	broker    broker
	heartbeat time.Duration
	log       *slog.Logger
}

type echo interface {
	Echo(ctx context.Context, target string) error
}

type pinger struct {
	echo    echo
	timeout time.Duration
}

type change struct {
	Path string
}

type watcher struct {
	changes <-chan change
	quiet   time.Duration
	reload  func(ctx context.Context, paths map[string]bool) error
}

type origin interface {
	Get(ctx context.Context, key string) ([]byte, error)
}

type proxy struct {
	budgets map[string]time.Duration
	origin  origin
	cache   map[string][]byte
}

type manifest struct {
	Digest string
}

type registry interface {
	Manifest(ctx context.Context, host, ref string) (manifest, error)
}

type updater struct {
	mirrors   []string
	perMirror time.Duration
	reg       registry
}

// A worker runs one job after the other.
type worker interface {
	io.Reader
	// Interrupt ends the job that the worker has at the time.
	Interrupt()
}

type transcoder struct {
	stall time.Duration
}

type daemon struct {
	reload func(ctx context.Context) error
	log    *slog.Logger
}
