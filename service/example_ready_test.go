package service_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/braid-go/braid/service"
)

func ExampleFunc() {
	err := service.Run(context.Background(), []service.Part{{Name: "watch", Run: service.Func(func(ctx context.Context) error {
		service.From(ctx).Stop(nil)
		<-ctx.Done() // the soft stop of a function that knows contexts only
		fmt.Println(context.Cause(ctx))
		return ctx.Err()
	})}})
	fmt.Println(err)
	// Output:
	// stopped by a call
	// <nil>
}

func ExampleLoop() {
	n := 0
	err := service.Run(context.Background(), []service.Part{{Name: "worker", Run: service.Loop(func(ctx context.Context) error {
		if n++; n == 3 {
			service.From(ctx).Stop(nil)
			<-service.Stopping(ctx) // what is under way is finished
		}
		fmt.Println("job", n)
		return nil
	})}})
	fmt.Println(err)
	// Output:
	// job 1
	// job 2
	// job 3
	// <nil>
}

func ExampleTicker() {
	n := 0
	err := service.Run(context.Background(), []service.Part{{Name: "vacuum", Run: service.Ticker(time.Millisecond, func(ctx context.Context) error {
		if n++; n == 3 {
			service.From(ctx).Stop(nil)
			<-service.Stopping(ctx)
		}
		fmt.Println("tick", n)
		return nil
	})}})
	fmt.Println(err)
	// Output:
	// tick 1
	// tick 2
	// tick 3
	// <nil>
}

func ExampleSupervise() {
	worker := func(name string) service.Part {
		return service.Part{Name: name, Restart: service.OnFailure, Run: service.Func(func(context.Context) error {
			fmt.Println(name, "at work")
			return nil
		})}
	}
	err := service.Run(context.Background(), []service.Part{
		{Name: "workers", Restart: service.OnFailure, Run: service.Supervise(
			[]service.Part{worker("one"), worker("two")}, service.OneForAll)},
	})
	fmt.Println(err)
	// Unordered output:
	// one at work
	// two at work
	// <nil>
}

func ExampleHTTP() {
	address := make(chan net.Addr, 1)
	srv := &http.Server{
		Addr:    "127.0.0.1:0",
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "hello") }),
		BaseContext: func(l net.Listener) context.Context {
			address <- l.Addr()
			return context.Background()
		},
	}
	err := service.Run(context.Background(), []service.Part{
		{Name: "api", Run: service.HTTP(srv), Restart: service.OnFailure},
		{Name: "client", Needs: []string{"api"}, Run: service.Func(func(ctx context.Context) error {
			return printGet(ctx, "http://"+(<-address).String())
		})},
	})
	fmt.Println(err)
	// Output:
	// 200 hello
	// <nil>
}

func ExampleHTTPOn() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	err = service.Run(context.Background(), []service.Part{
		{Name: "api", Run: service.HTTPOn(l, &http.Server{Handler: http.NotFoundHandler()})},
		{Name: "client", Needs: []string{"api"}, Run: service.Func(func(ctx context.Context) error {
			return printGet(ctx, "http://"+l.Addr().String())
		})},
	})
	fmt.Println(err)
	// Output:
	// 404 404 page not found
	//
	// <nil>
}

func printGet(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, "GET", url, nil)
	if err != nil {
		return err
	}
	req.Close = true
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	fmt.Println(resp.StatusCode, string(text))
	return err
}

func ExampleListen() {
	greet := func(ctx context.Context, conn net.Conn) error {
		_, err := fmt.Fprintln(conn, "hello")
		return err
	}
	s := service.New([]service.Part{{Name: "greeter", Run: service.Listen("tcp", "127.0.0.1:0", greet)}})
	s.Stop(nil)
	fmt.Println(s.Run(context.Background()))
	// Output: <nil>
}

func ExampleListenOn() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	err = service.Run(context.Background(), []service.Part{
		{Name: "greeter", Run: service.ListenOn(l, func(ctx context.Context, conn net.Conn) error {
			_, err := fmt.Fprint(conn, "hello")
			return err
		})},
		{Name: "client", Needs: []string{"greeter"}, Run: service.Func(func(ctx context.Context) error {
			conn, err := new(net.Dialer).DialContext(ctx, "tcp", l.Addr().String())
			if err != nil {
				return err
			}
			defer conn.Close()
			text, err := io.ReadAll(conn)
			fmt.Println(string(text))
			return err
		})},
	})
	fmt.Println(err)
	// Output:
	// hello
	// <nil>
}

func ExampleServeReady() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /readyz", service.ServeReady)
	err = service.Run(context.Background(), []service.Part{
		{Name: "api", Run: service.HTTPOn(l, &http.Server{Handler: mux})},
		{Name: "client", Needs: []string{"api"}, Run: func(ctx context.Context, ready func()) error {
			err := printGet(ctx, "http://"+l.Addr().String()+"/readyz")
			ready()
			return err
		}},
	})
	fmt.Println(err)
	// Output:
	// 503 not ready: starting
	// client: starting
	//
	// <nil>
}

func ExampleServeLive() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	err = service.Run(context.Background(), []service.Part{
		{Name: "api", Run: service.HTTPOn(l, &http.Server{Handler: http.HandlerFunc(service.ServeLive)})},
		{Name: "client", Needs: []string{"api"}, Run: service.Func(func(ctx context.Context) error {
			return printGet(ctx, "http://"+l.Addr().String())
		})},
	})
	fmt.Println(err)
	// Output:
	// 200 live
	//
	// <nil>
}

func ExampleService_ServeReady() {
	s := service.New([]service.Part{{Name: "db", Run: service.Func(untilCancelled)}})
	w := httptest.NewRecorder()
	s.ServeReady(w, httptest.NewRequest("GET", "/readyz", nil))
	fmt.Print(w.Code, " ", w.Body)
	// Output:
	// 503 not ready: waiting
	// db: waiting
}

func ExampleService_ServeLive() {
	s := service.New([]service.Part{{Name: "db", Run: service.Func(untilCancelled)}})
	w := httptest.NewRecorder()
	s.ServeLive(w, httptest.NewRequest("GET", "/livez", nil))
	fmt.Print(w.Code, " ", w.Body)
	// Output: 200 live
}
