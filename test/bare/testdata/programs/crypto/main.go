// Crypto: hashes, a cipher, signatures, and randomness that is not the same twice.
package main

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
)

func main() {
	text := bytes.Repeat([]byte("skerry"), 1000)
	fmt.Printf("%x\n%x\n", sha256.Sum256(text), sha512.Sum512(text))
	mac := hmac.New(sha256.New, []byte("key"))
	mac.Write(text)
	fmt.Printf("%x\n", mac.Sum(nil))

	block, err := aes.NewCipher(text[:32])
	if err != nil {
		panic(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	sealed := gcm.Seal(nil, text[:12], text, nil)
	opened, err := gcm.Open(nil, text[:12], sealed, nil)
	fmt.Printf("%x %v %v\n", sha256.Sum256(sealed), bytes.Equal(opened, text), err)

	key := ed25519.NewKeyFromSeed(text[:32])
	signature := ed25519.Sign(key, text)
	fmt.Printf("%x %v\n", signature, ed25519.Verify(key.Public().(ed25519.PublicKey), text, signature))

	first, second := make([]byte, 64), make([]byte, 64)
	rand.Read(first)
	rand.Read(second)
	fmt.Println(!bytes.Equal(first, second))
}
