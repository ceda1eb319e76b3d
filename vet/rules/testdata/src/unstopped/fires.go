package unstopped

import "time"

func runs(steps []func() error, limit time.Duration, abort func()) error {
	watchdog := time.AfterFunc(limit, abort) // want `watchdog is never stopped`
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
		watchdog.Reset(limit)
	}
	return nil
}

func runsStopped(steps []func() error, limit time.Duration, abort func()) error {
	watchdog := time.AfterFunc(limit, abort)
	defer watchdog.Stop()
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
		watchdog.Reset(limit)
	}
	return nil
}

func runsLater(limit time.Duration, abort func()) *time.Timer {
	watchdog := time.AfterFunc(limit, abort)
	watchdog.Reset(2 * limit)
	return watchdog
}

func remindsOnce(limit time.Duration, remind func()) {
	time.AfterFunc(limit, remind)
}

func firesNow(now bool, flush func()) {
	t := time.AfterFunc(1<<62, flush)
	if now {
		t.Reset(0)
	}
}

func setsAnew(f func()) func() {
	t := time.AfterFunc(time.Hour, f)
	return func() { t.Reset(time.Second) }
}

func keepsIn(m map[string]*time.Timer, f func()) {
	m["one"] = time.AfterFunc(time.Hour, f)
	_ = time.AfterFunc(time.Hour, f)
}
