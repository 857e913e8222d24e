package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// msgHugePages is how many huge pages `bench msg` wants: one for C, a window and as much bare
// memory for the threads and for the processes, a window for the hosted machine.
const msgHugePages = 6

const (
	pagesFile     = "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages"
	freePagesFile = "/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages"
)

// hugePages are pages that this program has reserved in addition to what there was.
type hugePages struct{ count int }

// reserveHugePages sees to it that count huge pages are free.
func reserveHugePages(count int) (*hugePages, error) {
	free, err := readNumber(freePagesFile)
	if err != nil {
		return nil, err
	}
	p := &hugePages{max(0, count-free)}
	if err := changeHugePages(p.count); err != nil {
		return nil, err
	}
	if free, err = readNumber(freePagesFile); err == nil && free < count {
		err = fmt.Errorf("%d huge pages are free: want %d", free, count)
	}
	if err != nil {
		p.release()
		return nil, err
	}
	return p, nil
}

// release gives back what was reserved. Others may have changed the number meanwhile, so it is a
// difference that is undone and not a value that is restored.
func (p *hugePages) release() error {
	if p == nil {
		return nil
	}
	return changeHugePages(-p.count)
}

func changeHugePages(by int) error {
	if by == 0 {
		return nil
	}
	now, err := readNumber(pagesFile)
	if err != nil {
		return err
	}
	err = os.WriteFile(pagesFile, []byte(strconv.Itoa(max(0, now+by))), 0)
	if err != nil {
		return fmt.Errorf("reserve %d huge pages: %w", by, err)
	}
	return nil
}

func readNumber(path string) (int, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(text)))
}
