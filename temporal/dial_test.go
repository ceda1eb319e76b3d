package temporal_test

import (
	"strings"
	"testing"

	"github.com/braid-go/braid/temporal"
)

func TestAnAddressThatMakesNoSenseIsRefusedWithHowOneLooks(t *testing.T) {
	for _, address := range []string{
		"", "localhost:7233", "http://localhost:7233", "temporal://", "temporal://localhost", "temporal://:7233",
		"temporal://localhost:7233/a/b", "temporal://me:secret@localhost:7233",
	} {
		if _, _, err := temporal.Dial(address, nil); err == nil || !strings.Contains(err.Error(), "temporal://HOST:PORT") {
			t.Errorf("%q: %v", address, err)
		}
	}
	if _, _, err := temporal.Dial("temporal://local host:1", nil); err == nil {
		t.Error("a host with a space was taken")
	}
}

func TestDialGivesTheQueueOfTheAddress(t *testing.T) {
	at, _ := sharedServer(t)
	for address, want := range map[string]string{
		"temporal://" + at:                         temporal.DefaultQueue,
		"temporal://" + at + "/default?queue=mine": "mine",
	} {
		c, queue, err := temporal.Dial(address, nil)
		if err != nil || queue != want {
			t.Errorf("%s: queue %q, %v", address, queue, err)
			continue
		}
		c.Close()
	}
}
