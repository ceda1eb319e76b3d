package c

import (
	"context"
	"database/sql"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

type Uplink struct {
	attempts int
	delay    time.Duration
	post     func(ctx context.Context, body []byte) error
}

type Event struct {
	Topic string
	Body  []byte
}

type Bus struct {
	mu   sync.Mutex
	subs map[string][]chan Event
}

func (b *Bus) subscribers(topic string) []chan Event {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]chan Event(nil), b.subs[topic]...)
}

type ConfigWatcher struct {
	changes <-chan string
	quiet   time.Duration
	reload  func(ctx context.Context, paths []string) error
}

type Job struct {
	ID   string
	Args []string
}

type Queue struct {
	jobs chan Job // open as long as the process lives
	run  func(ctx context.Context, j Job) error
	done func(id string, err error)
}

type Conn struct {
	nc net.Conn
	id uint64
}

type ConnPool struct {
	mu   sync.Mutex
	cond *sync.Cond // of mu; signalled when a connection comes back
	idle []*Conn
}

const maxFrame = 1 << 20

// A Wire belongs to one caller, who closes it when a round trip failed or the
// context of the round trips ends.
type Wire struct {
	nc net.Conn
}

type SessionStore struct {
	db *sql.DB
}

type FSM struct {
	applied atomic.Uint64
	poll    time.Duration
	read    func(key string) ([]byte, bool)
}

type DataDir struct {
	path string
	lock *os.File
	poll time.Duration
}

type Login struct {
	show func(ctx context.Context, url string) error
}
