// Calls that get the context in scope.
package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"strings"
)

func main() {
	ctx := context.Background()
	fmt.Println(request(ctx))
	fmt.Println(command(ctx))
	fmt.Println(dial(ctx))
	fmt.Println(derived(ctx))
	fmt.Println(spread(ctx))
	fmt.Println(another(ctx))
	_ = wraps
	client := &http.Client{Transport: hosts{}}
	fmt.Println(later(ctx, client), sent(ctx, client), other(ctx, client), along(ctx, client))
}

func request(ctx context.Context) (string, error) {
	req, err := http.NewRequest("GET", "http://localhost/", nil) // want `the request does not end with the context`
	if err != nil {
		return "", err
	}
	return req.URL.Host, nil
}

func command(ctx context.Context) (string, error) {
	out, err := exec.Command("echo", "a").Output() // want `the command does not end with the context`
	if err != nil {
		return "", err
	}
	cmd := exec.Command("cat") // want `the command does not end with the context`
	cmd.Stdin = strings.NewReader("b")
	more, err := cmd.CombinedOutput()
	started := exec.Command("true") // it may be meant to go on
	if err := started.Start(); err != nil {
		return "", err
	}
	_ = started.Wait()
	return string(out) + string(more), err
}

func dial(ctx context.Context) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer l.Close()
	c, err := net.Dial("tcp", l.Addr().String()) // want `the dial does not end with the context`
	if err != nil {
		return err
	}
	d, err := (&net.Dialer{}).Dial("tcp", l.Addr().String()) // want `the dial does not end with the context`
	if err != nil {
		return err
	}
	_, _ = c.Close(), d.Close()
	return ctx.Err()
}

// A derived context may be cancelled while the answer is read.
func derived(parent context.Context) error {
	func() {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		_, _ = http.NewRequest("GET", "http://localhost/", nil)
		_ = ctx
	}()
	return parent.Err()
}

// hosts answers with the context's name and the host.
type hosts struct{}

func (hosts) RoundTrip(req *http.Request) (*http.Response, error) {
	name, _ := req.Context().Value(key{}).(string)
	return nil, fmt.Errorf("%q of %s", name, req.URL.Host)
}

type key struct{}

// The request has the context from the start, and need not be given it again.
func later(ctx context.Context, client *http.Client) error {
	req, err := http.NewRequest("GET", "http://later/", nil) // want `the request does not end with the context`
	if err != nil {
		return err
	}
	req = req.WithContext(ctx)

	_, err = client.Do(req)
	return err
}

func sent(ctx context.Context, client *http.Client) error {
	req, err := http.NewRequest("GET", "http://sent/", nil) // want `the request does not end with the context`
	if err != nil {
		return err
	}
	_, err = client.Do(req.WithContext(ctx))
	return err
}

// It gets another one.
func other(ctx context.Context, client *http.Client) error {
	req, err := http.NewRequest("GET", "http://other/", nil)
	if err != nil {
		return err
	}
	_, err = client.Do(req.WithContext(context.WithValue(ctx, key{}, "other")))
	return err
}

// Whoever has both gives it.
func along(ctx context.Context, client *http.Client) error {
	req, err := http.NewRequest("GET", "http://along/", nil)
	if err != nil {
		return err
	}
	return do(ctx, client, req)
}

func do(ctx context.Context, client *http.Client, req *http.Request) error {
	_, err := client.Do(req.WithContext(ctx))
	return err
}

// No argument goes beside one that is several.
func spread(ctx context.Context) (string, error) {
	out, err := exec.Command(words()).Output()
	return string(out), err
}

func words() (string, string) { return "echo", "several" }

// There are two requests.
func another(ctx context.Context) (string, error) {
	req, err := http.NewRequest("GET", "http://another/", nil)
	if err != nil {
		return "", err
	}
	two := req.WithContext(ctx)
	two.Method = "POST"
	return req.Method + two.Method, nil
}

type dialer struct{ net.Dialer }

func (*dialer) DialContext(string) {}

func wraps(ctx context.Context, d *dialer) (net.Conn, error) {
	return d.Dial("tcp", "localhost:0")
}
