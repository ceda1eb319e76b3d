package temporal

import (
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"strings"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
)

// This file reads the address of a server as a person writes it.

// DefaultQueue is the queue of an address that names none.
const DefaultQueue = "braid"

// Dial connects to a server by an address such as
//
//	temporal://HOST:PORT
//	temporal://HOST:PORT/NAMESPACE?queue=QUEUE
//
// and gives the client, with a [FailureConverter], and the queue. The namespace is
// "default" and the queue [DefaultQueue] where the address names none. It blocks
// until the server has answered, or the SDK gives up after some seconds: then, and
// if the address makes no sense, it is an error. Who needs TLS, credentials or
// another namespace's settings makes a client with client.Dial.
//
// What the SDK logs, such as that a connection was lost, goes to logger, at its
// level; nil drops it. The caller closes the client.
func Dial(address string, logger *slog.Logger) (c client.Client, queue string, err error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, "", fmt.Errorf("braid: the address of an engine: %w", err)
	}
	queue = u.Query().Get("queue")
	if queue == "" {
		queue = DefaultQueue
	}
	namespace := strings.Trim(u.Path, "/")
	if u.Scheme != "temporal" || u.Hostname() == "" || u.Port() == "" || strings.Contains(namespace, "/") || u.User != nil {
		return nil, "", fmt.Errorf("braid: the address of an engine is temporal://HOST:PORT, or temporal://HOST:PORT/NAMESPACE?queue=QUEUE, not %q", address)
	}
	if logger == nil {
		logger = slog.New(slog.NewTextHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelError + 1}))
	}
	c, err = client.Dial(client.Options{
		HostPort:         u.Host,
		Namespace:        namespace,
		Logger:           log.NewStructuredLogger(logger),
		FailureConverter: FailureConverter(nil),
	})
	if err != nil {
		return nil, "", fmt.Errorf("braid: there is no answer at %s: %w", u.Host, err)
	}
	return c, queue, nil
}
