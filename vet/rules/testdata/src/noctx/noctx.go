package noctx

import (
	"context"
	"crypto/tls"
	"database/sql"
	"log/slog"
	"net"
	"net/http"
	"os/exec"
	"time"

	"golang.org/x/sync/errgroup"
)

func get(ctx context.Context, url string) (*http.Response, error) {
	return http.Get(url) // want `Get does not know ctx: use http.NewRequestWithContext and Do`
}

func post(ctx context.Context, c *http.Client, url string) (*http.Response, error) {
	return c.Post(url, "text/plain", nil) // want `Post does not know ctx`
}

func request(ctx context.Context, url string) (*http.Response, error) {
	req, err := http.NewRequest("GET", url, nil) // want `NewRequest does not know ctx: use http.NewRequestWithContext`
	if err != nil {
		return nil, err
	}
	return http.DefaultClient.Do(req)
}

func query(ctx context.Context, db *sql.DB) (*sql.Rows, error) {
	return db.Query("select 1") // want `Query does not know ctx: use QueryContext`
}

func row(ctx context.Context, tx *sql.Tx) *sql.Row {
	return tx.QueryRow("select 1") // want `QueryRow does not know ctx`
}

func execute(ctx context.Context, s *sql.Stmt) (sql.Result, error) {
	return s.Exec() // want `Exec does not know ctx`
}

func ping(ctx context.Context, db *sql.DB) error {
	return db.Ping() // want `Ping does not know ctx: use PingContext`
}

func prepare(ctx context.Context, db *sql.DB) (*sql.Stmt, error) {
	return db.Prepare("select 1") // want `Prepare does not know ctx`
}

func command(ctx context.Context) error {
	return exec.Command("make").Run() // want `Command does not know ctx: use CommandContext`
}

func commandWaited(ctx context.Context) error {
	cmd := exec.Command("make") // want `Command does not know ctx`
	if err := cmd.Start(); err != nil {
		return err
	}
	return cmd.Wait()
}

func dial(ctx context.Context) (net.Conn, error) {
	return net.Dial("tcp", "localhost:1") // want `Dial does not know ctx: use net.Dialer.DialContext`
}

func dialTimeout(ctx context.Context) (net.Conn, error) {
	return net.DialTimeout("tcp", "localhost:1", 1) // want `DialTimeout does not know ctx`
}

func dialer(ctx context.Context) (net.Conn, error) {
	d := net.Dialer{}
	return d.Dial("tcp", "localhost:1") // want `Dial does not know ctx: use DialContext`
}

func dialTLS(ctx context.Context) (net.Conn, error) {
	return tls.Dial("tcp", "localhost:1", nil) // want `Dial does not know ctx: use tls.Dialer.DialContext`
}

func shake(ctx context.Context, c *tls.Conn) error {
	return c.Handshake() // want `Handshake does not know ctx: use HandshakeContext`
}

func lookup(ctx context.Context) ([]string, error) {
	return net.LookupHost("localhost") // want `LookupHost does not know ctx`
}

func inTask(ctx context.Context, urls []string) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, url := range urls {
		g.Go(func() error {
			_, err := http.Get(url) // want `Get does not know ctx`
			return err
		})
	}
	return g.Wait()
}

func handler(w http.ResponseWriter, r *http.Request) {
	http.Get("http://localhost") // want `Get does not know r.Context\(\)`
}

type store struct{}

func (s store) Load(key string) error { // want Load:"sheds the context"
	return s.LoadContext(context.Background(), key)
}
func (store) LoadContext(ctx context.Context, key string) error   { return ctx.Err() }
func (store) Save(key string) error                               { time.Sleep(time.Second); return nil }
func (store) SaveWithContext(ctx context.Context, k string) error { return ctx.Err() }
func (store) Name(key string) error                               { return nil }
func (store) NameContext(ctx context.Context, key []byte) error   { return nil }

func twins(ctx context.Context, s store) {
	s.Load("a") // want `Load does not know ctx: use LoadContext`
	s.Save("a") // want `Save does not know ctx: use SaveWithContext`
}

// What follows is fine.

func noContext(url string) (*http.Response, error) { return http.Get(url) }

func ignored(_ context.Context, url string) (*http.Response, error) { return http.Get(url) }

func withContext(ctx context.Context, url string) (*http.Request, error) {
	return http.NewRequestWithContext(ctx, "GET", url, nil)
}

func givenLater(ctx context.Context, url string) (*http.Response, error) {
	req, err := http.NewRequest("GET", url, nil)
	if err != nil {
		return nil, err
	}
	return http.DefaultClient.Do(req.WithContext(ctx))
}

func queryContext(ctx context.Context, db *sql.DB) (*sql.Rows, error) {
	return db.QueryContext(ctx, "select 1")
}

func daemon(ctx context.Context) error {
	cmd := exec.Command("daemon")
	return cmd.Start()
}

func handedOn(ctx context.Context) *exec.Cmd {
	cmd := exec.Command("make")
	cmd.Dir = "/"
	return cmd
}

func rollback(ctx context.Context, tx *sql.Tx, db *sql.DB) {
	defer tx.Rollback()
	defer func() { db.Exec("vacuum") }()
}

func logs(ctx context.Context) { slog.Info("hello") }

func otherTwin(ctx context.Context, s store) { s.Name("a") }

func (s store) EachContext(ctx context.Context) error { return s.Each() }
func (s store) Each() error                           { return nil }

func handed(ctx context.Context) func() error {
	return func() error { return exec.Command("make").Run() }
}

func dialContext(ctx context.Context) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, "tcp", "localhost:1")
}

func listen(ctx context.Context) (net.Listener, error) { return net.Listen("tcp", "localhost:0") }

func rowsScan(ctx context.Context, rows *sql.Rows) error { return rows.Err() }

func told(ctx context.Context, db *sql.DB) error {
	//braid:ignore noctx the driver cannot cancel
	return db.Ping()
}

func cmdHandler(w http.ResponseWriter, r *http.Request) { exec.Command("make").Run() }

func responses(ctx context.Context, h http.Header) string { return h.Get("A") }

func plainCmd() error { return exec.Command("make").Run() }

func resolver(ctx context.Context) ([]string, error) {
	return net.DefaultResolver.LookupHost(ctx, "localhost")
}

func cancelField(ctx context.Context, url string) (*http.Response, error) {
	req, err := http.NewRequest("GET", url, nil)
	if err != nil {
		return nil, err
	}
	req.Cancel = ctx.Done()
	return http.DefaultClient.Do(req)
}

func handlerOfForm(w http.ResponseWriter, r *http.Request) {
	net.LookupHost(r.FormValue("host")) // want `LookupHost does not know r.Context\(\)`
}

func handlerKnows(w http.ResponseWriter, r *http.Request, s store) {
	net.DefaultResolver.LookupHost(r.Context(), r.FormValue("host"))
	s.Load(key(r.Context()))
	s.Save(name(r))
}

func key(context.Context) string { return "" }

func name(*http.Request) string { return "" }
