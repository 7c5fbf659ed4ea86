std::vector<std::string> order(const Counts &counts) {
  std::vector<std::string> words;
  for (const auto &[word, times] : counts) words.push_back(word);
  std::stable_sort(words.begin(), words.end(), [&](const std::string &one, const std::string &other) {
    return counts.at(one) > counts.at(other);
  });
  return words;
}
