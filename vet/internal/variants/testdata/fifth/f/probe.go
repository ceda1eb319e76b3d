package f

import (
	"context"
	"net"

	"github.com/sourcegraph/conc/pool"
)

// want-rule (f): the task leaves the context it is given unnamed and dials with the outer one
func ProbePorts(ctx context.Context, host string, ports []string) error {
	var d net.Dialer
	p := pool.New().WithMaxGoroutines(16).WithErrors().WithContext(ctx).WithCancelOnError()
	for _, port := range ports {
		p.Go(func(context.Context) error {
			conn, err := d.DialContext(ctx, "tcp", net.JoinHostPort(host, port))
			if err != nil {
				return err
			}
			return conn.Close()
		})
	}
	return p.Wait()
}

// fine: the task dials with the context of the pool, which shadows the outer one
func ProbePortsOK(ctx context.Context, host string, ports []string) error {
	var d net.Dialer
	p := pool.New().WithMaxGoroutines(16).WithErrors().WithContext(ctx).WithCancelOnError()
	for _, port := range ports {
		p.Go(func(ctx context.Context) error {
			conn, err := d.DialContext(ctx, "tcp", net.JoinHostPort(host, port))
			if err != nil {
				return err
			}
			return conn.Close()
		})
	}
	return p.Wait()
}
