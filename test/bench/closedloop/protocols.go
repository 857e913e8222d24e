package closedloop

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
)

// Pages asks a web server for a page.
func Pages(path string) Protocol {
	request := []byte(fmt.Sprintf("GET %s HTTP/1.1\r\nHost: bench\r\n\r\n", path))
	return Protocol{
		Request: func(uint64) []byte { return request },
		Answer: func(in *bufio.Reader) error {
			answer, err := http.ReadResponse(in, nil)
			if err != nil {
				return err
			}
			defer answer.Body.Close()
			if answer.StatusCode != http.StatusOK {
				return fmt.Errorf("closedloop: status %s: want 200", answer.Status)
			}
			_, err = io.Copy(io.Discard, answer.Body)
			return err
		},
	}
}

// Writes sets one of so many keys after the other in a store that speaks Redis's protocol.
func Writes(keys uint64) Protocol {
	return Protocol{
		Request: func(number uint64) []byte {
			key := fmt.Sprintf("key:%012d", number%keys)
			return fmt.Appendf(nil, "*3\r\n$3\r\nSET\r\n$%d\r\n%s\r\n$3\r\nxxx\r\n", len(key), key)
		},
		Answer: func(in *bufio.Reader) error {
			line, err := in.ReadSlice('\n')
			if err == nil && !bytes.Equal(line, []byte("+OK\r\n")) {
				err = fmt.Errorf("closedloop: answer %q: want +OK", line)
			}
			return err
		},
	}
}
