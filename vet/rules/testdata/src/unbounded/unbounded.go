package unbounded

import (
	"bufio"
	"net"
)

func work(string) error { return nil }

func serve(l net.Listener, handle func(net.Conn)) error {
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		go handle(conn) // off by default: most servers have it
	}
}

func lines(r *bufio.Reader) {
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		go work(line) // want `a goroutine for each line`
	}
}

// What comes over a channel is off by default: it mostly comes from the program itself.
func values(jobs <-chan string) {
	for job := range jobs {
		go work(job)
	}
}

func serveLimited(l net.Listener, handle func(net.Conn), slots chan struct{}) error {
	for {
		slots <- struct{}{}
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer func() { <-slots }()
			handle(conn)
		}()
	}
}
