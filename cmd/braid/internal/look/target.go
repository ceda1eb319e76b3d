// Package look looks into running programs over HTTP, as docs/inspect.md
// describes it: at an address, or at the socket of inspect/auto.
package look

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/braid-go/braid/internal/socket"
)

// This file finds out where a program is to be looked at.

// mount is where servers have the handler, by convention.
const mount = "/debug/braid/"

// A Target is a program that can be asked.
type Target struct {
	Name   string // as people call it
	PID    int    // of one that is reached by its process id, else 0
	socket string
	bases  []string // URLs that end in "/", one of which it is
	client *http.Client
}

// Parse reads an address: host:port, a URL, or a unix socket.
func Parse(addr string) (*Target, error) {
	bad := func(why string) error {
		return fmt.Errorf("%q is no address: %s; want host:port, a URL or a unix socket", addr, why)
	}
	if path, ok := strings.CutPrefix(addr, "unix:"); ok {
		return atSocket(addr, strings.TrimPrefix(path, "//")), nil
	}
	if u, err := url.Parse(addr); err == nil && (u.Scheme == "http" || u.Scheme == "https") {
		if u.Host == "" {
			return nil, bad("it has no host")
		}
		return at(addr, u), nil
	}
	if info, err := os.Stat(addr); err == nil && info.Mode()&os.ModeSocket != 0 || strings.ContainsRune(addr, filepath.Separator) {
		return atSocket(addr, addr), nil
	}
	if n, err := strconv.Atoi(addr); err == nil {
		return nil, bad(fmt.Sprintf("a port is :%d, and a process id --pid %d", n, n))
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, bad("it has no port")
	}
	if _, err := net.LookupPort("tcp", port); err != nil || port == "" {
		return nil, bad("its port is not one")
	}
	if host == "" {
		host = "127.0.0.1"
	}
	return at(addr, &url.URL{Scheme: "http", Host: net.JoinHostPort(host, port)}), nil
}

func at(name string, u *url.URL) *Target {
	t := &Target{Name: name, client: &http.Client{Transport: transport(nil)}}
	base := *u
	base.RawQuery, base.Fragment = "", ""
	if base.Path == "" || base.Path == "/" {
		for _, path := range []string{mount, "/"} {
			base.Path = path
			t.bases = append(t.bases, base.String())
		}
		return t
	}
	if last := base.Path[strings.LastIndexByte(base.Path, '/')+1:]; strings.Contains(last, ".") || last == "events" { // that of a file
		base.Path = strings.TrimSuffix(base.Path, last)
	}
	base.Path = strings.TrimSuffix(base.Path, "/") + "/"
	t.bases = []string{base.String()}
	return t
}

func atSocket(name, path string) *Target {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", path)
	}
	return &Target{Name: name, socket: path, bases: []string{"http://localhost" + mount, "http://localhost/"}, client: &http.Client{Transport: transport(dial)}}
}

func transport(dial func(ctx context.Context, network, addr string) (net.Conn, error)) *http.Transport {
	t := &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: dial,
		TLSHandshakeTimeout: 10 * time.Second, MaxIdleConnsPerHost: 2, IdleConnTimeout: time.Minute,
	}
	if dial != nil {
		t.Proxy = nil
	}
	return t
}

// Process gives the program with that process id. It looks for its socket, and
// says what is the matter if there is none.
func Process(pid int) (*Target, error) {
	for _, dir := range socket.Dirs() {
		path := socket.Path(dir, pid)
		if _, err := os.Lstat(path); err == nil {
			t := atSocket(fmt.Sprintf("process %d", pid), path)
			t.PID = pid
			return t, nil
		}
	}
	switch alive(pid) {
	case gone:
		return nil, fmt.Errorf("there is no process %d: run braid ps to see which can be looked at", pid)
	case foreign:
		return nil, fmt.Errorf("process %d belongs to another user: run braid as that user", pid)
	}
	return nil, fmt.Errorf("process %d%s has no socket to be looked at: it has to import github.com/braid-go/braid/inspect/auto"+
		" (if it does, it was started with another TMPDIR or XDG_RUNTIME_DIR, or runs in a container: look at it from there)", pid, called(pid))
}

// called gives what a process is called, in brackets, if the system tells.
func called(pid int) string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
	if err != nil {
		return ""
	}
	return " (" + Line(strings.TrimSpace(string(text))) + ")"
}

// explain says in words what is the matter with a request that failed, and what
// to do about it.
func (t *Target) explain(ctx context.Context, err error) error {
	var dns *net.DNSError
	switch {
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		return err
	case errors.Is(err, context.DeadlineExceeded) || os.IsTimeout(err):
		return fmt.Errorf("%s does not answer in time: it may be stopped or very busy; --timeout gives it longer", t.Name)
	case t.socket != "" && errors.Is(err, os.ErrNotExist):
		if t.PID != 0 {
			return fmt.Errorf("%s has ended", t.Name)
		}
		return fmt.Errorf("there is no socket %s: check the path", t.socket)
	case t.socket != "" && errors.Is(err, os.ErrPermission):
		return fmt.Errorf("%s belongs to another user: run braid as that user", t.socket)
	case socket.Refused(err) && t.PID != 0 && alive(t.PID) == gone:
		return fmt.Errorf("%s has ended; its socket %s is left", t.Name, t.socket)
	case socket.Refused(err) && t.socket != "":
		return fmt.Errorf("nobody listens at %s: the program that made it has ended, or closed it", t.socket)
	case socket.Refused(err):
		return fmt.Errorf("nothing listens at %s: is the program up, and does it serve inspect.Handler, or inspect.Listen and Serve, there?", t.Name)
	case errors.As(err, &dns):
		return fmt.Errorf("there is no host %s: check the name", dns.Name)
	}
	var asked *url.Error
	if errors.As(err, &asked) {
		err = asked.Err
	}
	return fmt.Errorf("%s cannot be asked: %w", t.Name, err)
}
