package recovered_logged

import (
	"log"
	"sync"
)

func f() {}

func logs(wg *sync.WaitGroup) {
	wg.Go(func() {
		defer func() {
			if r := recover(); r != nil { // want `takes it for done`
				log.Println(r)
			}
		}()
		f()
	})
}

func again(wg *sync.WaitGroup) {
	wg.Go(func() {
		defer func() {
			if r := recover(); r != nil {
				panic(r)
			}
		}()
		f()
	})
}
