// Devserver is a Temporal server for development and tests: one process, one
// namespace, its state in memory or in one file. It is no cluster; docs/scale-out.md
// says how to run one.
//
//	devserver [-listen 127.0.0.1:7233] [-db FILE] [-namespace default]
//
// When it can be dialled it prints one line, "listening at HOST:PORT", on its
// standard output. It ends, with its connections, on SIGINT and SIGTERM, or, with
// -until-eof, when its standard input ends, as it does when whoever started it dies.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/temporal"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:7233", "`HOST:PORT` of the front end; port 0 takes a free one")
	db := flag.String("db", "", "`FILE` that keeps the state; none: it is kept in memory, and lost at the end")
	namespace := flag.String("namespace", "default", "the `NAME` of the namespace to have")
	verbose := flag.Bool("v", false, "log what the server does")
	untilEOF := flag.Bool("until-eof", false, "end when the standard input does")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "devserver: unexpected argument %q\n", flag.Arg(0))
		flag.Usage()
		os.Exit(2)
	}

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if *untilEOF {
		var cancel context.CancelFunc
		ctx, cancel = context.WithCancel(ctx)
		go func() { // ends with the process: a read of the standard input cannot be interrupted
			_, _ = io.Copy(io.Discard, os.Stdin)
			cancel()
		}()
	}
	if err := run(ctx, *listen, *db, *namespace, *verbose); err != nil {
		fmt.Fprintln(os.Stderr, "devserver:", err)
		os.Exit(1)
	}
}

// run serves until ctx is dead.
func run(ctx context.Context, listen, db, namespace string, verbose bool) (err error) {
	ports := &ports{}
	host, port, err := address(listen, ports)
	if err != nil {
		return err
	}
	cfg, err := clusterConfig(host, port, db, ports)
	if err != nil {
		return err
	}
	if err := prepare(cfg, namespace, db); err != nil {
		return err
	}
	server, err := newServer(cfg, verbose)
	if err != nil {
		return err
	}
	if err := server.Start(); err != nil {
		return fmt.Errorf("starting at %s: %w", listen, err)
	}
	defer func() { err = errors.Join(err, server.Stop()) }()

	at := net.JoinHostPort(host, strconv.Itoa(port))
	if err := answers(ctx, at, namespace); err != nil {
		return err
	}
	fmt.Println("listening at", at)
	<-ctx.Done()
	return nil
}

func newServer(cfg *config.Config, verbose bool) (temporal.Server, error) {
	level := "fatal" // which ends the process; a logger that dropped it would have it hang
	if verbose {
		level = "info"
	}
	logger := log.NewZapLogger(log.BuildZapLogger(log.Config{Level: level, OutputFile: "stderr"}))
	authorizer, err := authorization.GetAuthorizerFromConfig(&cfg.Global.Authorization)
	if err != nil {
		return nil, err
	}
	return temporal.NewServer(
		temporal.WithConfig(cfg),
		temporal.ForServices(temporal.DefaultServices),
		temporal.WithLogger(logger),
		temporal.WithAuthorizer(authorizer),
		temporal.WithDynamicConfigClient(dynamicconfig.StaticClient{
			// A namespace and its attributes are seen at once, not after a minute.
			dynamicconfig.ForceSearchAttributesCacheRefreshOnRead.Key(): []dynamicconfig.ConstrainedValue{{Value: true}},
		}),
	)
}

// answers waits until the server answers for its namespace.
func answers(ctx context.Context, at, namespace string) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	for {
		c, err := client.DialContext(ctx, client.Options{HostPort: at, Namespace: namespace, Logger: silent{}})
		if err == nil {
			err = serves(ctx, c, namespace)
			c.Close()
			if err == nil {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("no answer at %s: %w", at, err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// serves asks each of the services for something that it has: the front end answers
// before it has found the others.
func serves(ctx context.Context, c client.Client, namespace string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if _, err := c.CheckHealth(ctx, nil); err != nil {
		return err
	}
	if _, err := c.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: namespace}); err != nil {
		return err
	}
	if _, err := c.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{PageSize: 1}); err != nil { // visibility
		return err
	}
	if _, err := c.DescribeTaskQueue(ctx, "devserver", enumspb.TASK_QUEUE_TYPE_WORKFLOW); err != nil { // matching
		return err
	}
	for i := range 16 { // history, whose shards have some of these each
		_, err := c.DescribeWorkflowExecution(ctx, fmt.Sprintf("devserver-%d", i), "")
		if notFound := (*serviceerror.NotFound)(nil); !errors.As(err, &notFound) {
			return err
		}
	}
	return nil
}

func address(listen string, ports *ports) (host string, port int, err error) {
	host, text, err := net.SplitHostPort(listen)
	if err != nil {
		return "", 0, fmt.Errorf("-listen %s: %w", listen, err)
	}
	if host == "" {
		host = loopback
	}
	port, err = strconv.Atoi(text)
	if err != nil {
		return "", 0, fmt.Errorf("-listen %s: %w", listen, err)
	}
	if port == 0 {
		port, err = ports.free()
		return host, port, err
	}
	l, err := net.Listen("tcp", net.JoinHostPort(host, text)) // the server would say it less clearly
	if err != nil {
		return "", 0, err
	}
	return host, port, l.Close()
}

// silent is a logger of the client that says nothing.
type silent struct{}

func (silent) Debug(string, ...any) {}
func (silent) Info(string, ...any)  {}
func (silent) Warn(string, ...any)  {}
func (silent) Error(string, ...any) {}
