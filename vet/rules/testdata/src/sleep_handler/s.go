package sleep_handler

import (
	"net/http"
	"time"
)

func handler(w http.ResponseWriter, r *http.Request) {
	time.Sleep(time.Second) // want `time.Sleep ignores r.Context`
}

func client(r *http.Request) { time.Sleep(time.Second) }
