// Bignum: a factorial, a modular power, a probable prime, and digits of pi.
package main

import (
	"fmt"
	"math/big"
)

func main() {
	factorial := new(big.Int).MulRange(1, 500)
	fmt.Println(factorial)
	p := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 521), big.NewInt(1))
	fmt.Println(p.ProbablyPrime(10), new(big.Int).Exp(big.NewInt(3), factorial, p))

	// Machin: pi = 16 arctan(1/5) - 4 arctan(1/239), in units of 10^-1000.
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(1010), nil)
	arctan := func(x int64) *big.Int {
		sum, term := new(big.Int), new(big.Int).Div(unit, big.NewInt(x))
		for n := int64(1); term.Sign() != 0; n += 2 {
			part := new(big.Int).Div(term, big.NewInt(n))
			if n%4 == 1 {
				sum.Add(sum, part)
			} else {
				sum.Sub(sum, part)
			}
			term.Div(term, big.NewInt(x*x))
		}
		return sum
	}
	pi := new(big.Int).Mul(arctan(5), big.NewInt(16))
	pi.Sub(pi, new(big.Int).Mul(arctan(239), big.NewInt(4)))
	fmt.Println(pi.Div(pi, big.NewInt(10000000000)))
}
