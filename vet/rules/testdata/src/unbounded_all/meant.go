// Shapes of large programs that look like the rule's, and are meant.

package unbounded_all

import "net"

type feed interface{ Recv() (string, error) }

func onceAKey(s feed, handle func(string)) error {
	known := map[string]int{}
	for {
		key, err := s.Recv()
		if err != nil {
			return err
		}
		n, ok := known[key]
		if !ok {
			go handle(key)
		}
		known[key] = n + 1
	}
}

func inStep(s feed, handle func(string)) error {
	for {
		msg, err := s.Recv()
		if err != nil {
			return err
		}
		// In the background, to see the stream end: each Recv is paired with a Send.
		go handle(msg)
	}
}

// A channel counts the connections.

func slots(l net.Listener, free chan struct{}) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		select {
		case <-free:
			go func() {
				conn.Close()
				free <- struct{}{}
			}()
		default:
			conn.Close()
		}
	}
}
